//! Names from many places, each with its spelling in an address.

/// Given and family names of one culture.
pub struct Culture {
    pub given: &'static [(&'static str, &'static str)],
    pub family: &'static [(&'static str, &'static str)],
    /// Whether the family name comes first.
    pub family_first: bool,
}

const fn culture(
    given: &'static [(&'static str, &'static str)],
    family: &'static [(&'static str, &'static str)],
) -> Culture {
    Culture { given, family, family_first: false }
}

#[rustfmt::skip] // Lists read better in rows.
pub const CULTURES: &[Culture] = &[
    culture(
        &[("Ada", "ada"), ("Grace", "grace"), ("Oliver", "oliver"), ("Imogen", "imogen"), ("Marcus", "marcus"),
          ("Naomi", "naomi")],
        &[("Whitfield", "whitfield"), ("Okafor", "okafor"), ("Bennett", "bennett"), ("Hartley", "hartley"),
          ("Langdon", "langdon"), ("Pryce-Jones", "pryce-jones")],
    ),
    culture(
        &[("Seán", "sean"), ("Aoife", "aoife"), ("Niamh", "niamh"), ("Ciarán", "ciaran"), ("Órla", "orla")],
        &[("O'Brien", "obrien"), ("O'Sullivan", "osullivan"), ("Ní Dhomhnaill", "nidhomhnaill"),
          ("Murphy", "murphy"), ("Mac an tSaoir", "macantsaoir")],
    ),
    culture(
        &[("José", "jose"), ("Lucía", "lucia"), ("Íñigo", "inigo"), ("Begoña", "begona"), ("Andrés", "andres")],
        &[("Muñoz", "munoz"), ("García Márquez", "garcia.marquez"), ("Ibáñez", "ibanez"), ("Peña", "pena"),
          ("Núñez", "nunez")],
    ),
    culture(
        &[("Jürgen", "juergen"), ("Anneliese", "anneliese"), ("Björn", "bjoern"), ("Käthe", "kaethe"),
          ("Tobias", "tobias")],
        &[("Müller", "mueller"), ("Groß", "gross"), ("Schäfer", "schaefer"), ("Weiß", "weiss"),
          ("von der Lühe", "vonderluehe")],
    ),
    culture(
        &[("Zoë", "zoe"), ("François", "francois"), ("Chloé", "chloe"), ("Benoît", "benoit"), ("Hélène", "helene")],
        &[("Lefèvre", "lefevre"), ("D'Amboise", "damboise"), ("Garçon", "garcon"), ("Noël", "noel"),
          ("L'Hôpital", "lhopital")],
    ),
    culture(
        &[("Łukasz", "lukasz"), ("Małgorzata", "malgorzata"), ("Jiří", "jiri"), ("Božena", "bozena"),
          ("Zsófia", "zsofia")],
        &[("Wójcik", "wojcik"), ("Dvořák", "dvorak"), ("Świątek", "swiatek"), ("Šimůnek", "simunek"),
          ("Szőke", "szoke")],
    ),
    culture(
        &[("Åsa", "asa"), ("Søren", "soren"), ("Guðrún", "gudrun"), ("Þór", "thor"), ("Päivi", "paivi")],
        &[("Åkerström", "akerstrom"), ("Bjørnsson", "bjornsson"), ("Jónsdóttir", "jonsdottir"),
          ("Mäkinen", "makinen"), ("Østergaard", "ostergaard")],
    ),
    culture(
        &[("Ayşe", "ayse"), ("Çağla", "cagla"), ("Işık", "isik"), ("Gülşen", "gulsen"), ("Oğuz", "oguz")],
        &[("Yıldız", "yildiz"), ("Şahin", "sahin"), ("Öztürk", "ozturk"), ("Çelik", "celik"), ("Doğan", "dogan")],
    ),
    culture(
        &[("Adébáyò", "adebayo"), ("Ngozi", "ngozi"), ("Thandiwe", "thandiwe"), ("Kwame", "kwame"),
          ("Olúfẹ́mi", "olufemi")],
        &[("Adéyẹmí", "adeyemi"), ("Nwosu", "nwosu"), ("Dlamini", "dlamini"), ("Mensah", "mensah"),
          ("N'Diaye", "ndiaye")],
    ),
    culture(
        &[("Priya", "priya"), ("Arjun", "arjun"), ("Fātimah", "fatimah"), ("Rāhul", "rahul"), ("Leïla", "leila")],
        &[("Krishnamurthy", "krishnamurthy"), ("Chaudhry", "chaudhry"), ("al-Ḥasan", "al-hasan"), ("Iyer", "iyer"),
          ("Bose", "bose")],
    ),
    culture(
        &[("Ελένη", "eleni"), ("Νίκος", "nikos"), ("Олена", "olena"), ("Дмитро", "dmytro")],
        &[("Παπαδοπούλου", "papadopoulou"), ("Οικονόμου", "oikonomou"), ("Шевченко", "shevchenko"),
          ("Коваль", "koval")],
    ),
    Culture {
        given: &[("陽菜", "hina"), ("健太", "kenta"), ("伟", "wei"), ("지우", "jiwoo"), ("Ngọc", "ngoc")],
        family: &[("佐藤 ", "sato"), ("渡辺 ", "watanabe"), ("李", "li"), ("박", "park"), ("Nguyễn ", "nguyen")],
        family_first: true,
    },
];

/// First halves of company domains.
pub const HEADS: &[&str] = &[
    "kestrel",
    "nordlicht",
    "bluefin",
    "harbour",
    "copperleaf",
    "solano",
    "granite",
    "meridian",
    "juniper",
    "lumen",
    "tidewater",
    "falkon",
    "quarry",
    "saffron",
    "orchard",
    "vela",
    "ironbark",
    "cobalt",
    "marigold",
    "tundra",
];

/// Second halves of company domains.
pub const TAILS: &[&str] =
    &["pay", "logistics", "-labs", "health", "soft", "-data", "works", "cloud", "-retail", "energy", "books", "media"];
