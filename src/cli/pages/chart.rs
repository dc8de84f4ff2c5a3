//! Charts as SVG, for a page.
//!
//! A chart is drawn in the colours of the light page. `report.html` finds its elements by these colours and gives each
//! the page's own, light or dark: the drawing itself stays as the library made it.

use chrono::{Days, NaiveDate};
use plotters::coord::types::RangedCoordi32;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::BrokenPage;
use crate::campaign::people::stage::Stage;
use crate::campaign::view::forecast::Verdict;
use crate::campaign::view::timeline::{Day, Timeline};

/// Width and height of the chart in its own units; a page may scale it.
const SIZE: (u32, u32) = (960, 380);

/// The stages from bottom to top.
const STACK: [(Stage, RGBColor); 5] = [
    (Stage::Completed, RGBColor(46, 139, 87)),
    (Stage::Started, RGBColor(58, 104, 201)),
    (Stage::Acknowledged, RGBColor(116, 152, 224)),
    (Stage::Notified, RGBColor(172, 194, 238)),
    (Stage::Pending, RGBColor(214, 214, 210)),
];
const INK: RGBColor = RGBColor(90, 97, 107);
const LINE: RGBColor = RGBColor(221, 218, 210);
const DEADLINE: RGBColor = RGBColor(179, 54, 43);

impl<E: std::error::Error + Send + Sync> From<DrawingAreaErrorKind<E>> for BrokenPage {
    fn from(error: DrawingAreaErrorKind<E>) -> Self {
        Self(error.to_string())
    }
}

/// The plot area: days since the first one on the x axis, customers on the y axis.
type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordi32, RangedCoordi32>>;

/// The customers by stage over time, up to the deadline and, if there is a forecast, on to it at the current pace.
/// Empty if there is nothing to show yet.
pub fn stages(timeline: &Timeline, deadline: NaiveDate, forecast: &Verdict) -> Result<String, BrokenPage> {
    let (Some(first), Some(today)) = (timeline.days.first(), timeline.days.last()) else { return Ok(String::new()) };
    let day = |date: NaiveDate| i32::try_from((date - first.date).num_days()).unwrap_or(i32::MAX);
    let most: usize = timeline.days.iter().map(|day| day.stages.iter().sum()).max().unwrap_or(0);
    let top = whole(most + most / 20 + 1);
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut builder = ChartBuilder::on(&root);
        builder.margin(12).margin_top(28).x_label_area_size(30).y_label_area_size(52);
        let mut chart = builder.build_cartesian_2d(0..day(deadline).max(day(today.date)) + 1, 0..top)?;
        mesh(&mut chart, first.date)?;
        for depth in (0..STACK.len()).rev() {
            let points = timeline.days.iter().map(|own| (day(own.date), height(own, depth)));
            chart.draw_series(AreaSeries::new(points, 0, STACK[depth].1))?;
        }
        upright(&chart, day(today.date), top, INK, "today")?;
        upright(&chart, day(deadline), top, DEADLINE, "deadline")?;
        if let Verdict::AtThisPace { will_complete, .. } = forecast {
            let done = today.at(Stage::Completed);
            let course = [(day(today.date), whole(done)), (day(deadline), whole(done + will_complete))];
            chart.draw_series(DashedLineSeries::new(course, 6, 5, STACK[0].1.stroke_width(3)))?;
        }
        root.present()?;
    }
    Ok(svg)
}

/// Horizontal lines with numbers, and dates below.
fn mesh(chart: &mut Chart<'_>, first: NaiveDate) -> Result<(), BrokenPage> {
    let date = |days: &i32| date_of(first, *days);
    let mut mesh = chart.configure_mesh();
    mesh.disable_x_mesh().light_line_style(TRANSPARENT).bold_line_style(LINE).axis_style(LINE);
    mesh.label_style(("sans-serif", 14).into_font().color(&INK));
    mesh.x_label_formatter(&date).x_labels(9).y_labels(6);
    Ok(mesh.draw()?)
}

/// A vertical line at a day, with a label above it.
fn upright(chart: &Chart<'_>, day: i32, top: i32, color: RGBColor, word: &str) -> Result<(), BrokenPage> {
    let anchor = Pos::new(HPos::Right, VPos::Bottom);
    let style = ("sans-serif", 14).into_font().color(&color).pos(anchor);
    chart.plotting_area().draw(&PathElement::new([(day, 0), (day, top)], color.stroke_width(2)))?;
    Ok(chart.plotting_area().draw(&Text::new(word.to_owned(), (day, top), style))?)
}

/// How many are at one of the stages up to this position in the stack.
fn height(day: &Day, depth: usize) -> i32 {
    whole(STACK[..=depth].iter().map(|(stage, _)| day.at(*stage)).sum())
}

fn whole(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn date_of(first: NaiveDate, days: i32) -> String {
    let date = u64::try_from(days).ok().and_then(|days| first.checked_add_days(Days::new(days)));
    date.map(|date| date.format("%-d %b").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str, stages: [usize; 5]) -> Day {
        Day { date: text.parse().unwrap(), stages }
    }

    #[test]
    fn every_colour_of_the_plot_has_one_of_the_page() {
        let days = vec![day("2027-01-30", [5, 4, 3, 2, 1]), day("2027-02-10", [1, 2, 3, 4, 5])];
        let forecast =
            Verdict::AtThisPace { days: 14, completed: 4, behind: 10, days_left: 79, will_complete: 9, will_miss: 1 };
        let svg = stages(&Timeline { days }, "2027-04-30".parse().unwrap(), &forecast).unwrap();
        let rules = include_str!("report.html");
        for mark in ["fill=\"#", "stroke=\"#"] {
            for colour in svg.split(mark).skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(rules.contains(&format!(".plot [{mark}{colour}\"]")), "{mark}{colour}");
            }
        }
        assert!(svg.contains("deadline") && svg.contains("today") && svg.ends_with("</svg>\n"), "{svg}");
    }

    #[test]
    fn a_campaign_without_customers_has_no_chart() {
        let nothing = Verdict::TooLittle { why: String::new() };
        assert_eq!(stages(&Timeline::default(), "2027-04-30".parse().unwrap(), &nothing).unwrap(), "");
    }

    #[test]
    fn a_campaign_of_one_day_or_one_past_its_deadline_is_drawn() {
        for (first, stages_then) in [("2027-04-30", [0; 5]), ("2027-06-01", [1, 0, 0, 0, 0])] {
            let days = vec![day(first, stages_then)];
            let over = Verdict::Over { missed: 1 };
            assert!(stages(&Timeline { days }, "2027-04-30".parse().unwrap(), &over).unwrap().contains("deadline"));
        }
    }
}
