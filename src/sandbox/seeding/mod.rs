//! The initial address book: generated from a seed, or read from a file.

mod names;

use std::collections::HashSet;
use std::{fs, io};

use serde_json::{Value, json};

use self::names::{CULTURES, Culture, HEADS, TAILS};
use super::options::Contacts;
use super::random::{Ids, Random};

/// The customers' integrations, assigned in turn.
const INTEGRATIONS: [&str; 3] = ["webhooks", "rest", "graphql"];

/// The first contact was created on 1 January 2024, then one every hour.
const FIRST_CREATED_MS: u64 = 1_704_067_200_000;
const CREATED_EVERY_MS: u64 = 3_600_000;

/// The rows of the address book.
pub fn rows(contacts: &Contacts, seed: u64, ids: &mut Ids) -> io::Result<Vec<Value>> {
    match contacts {
        Contacts::Seeded(count) => Ok(believable(*count, seed, ids)),
        Contacts::Rows(rows) => Ok(rows.clone()),
        Contacts::File(path) => {
            let odd = |what: String| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {what}", path.display()));
            let json: Value = serde_json::from_slice(&fs::read(path).map_err(|error| odd(error.to_string()))?)
                .map_err(|error| odd(error.to_string()))?;
            let list = if json.is_object() { &json["contacts"] } else { &json };
            list.as_array().cloned().ok_or_else(|| odd("no array of contacts".into()))
        }
    }
}

/// Contacts with names from many places, all of them mailable. Nine in ten have `api-v1`, the tenth `api-v2`; within
/// each group the integrations take turns, so 300 contacts are 270 on `api-v1`, 90 for each integration.
fn believable(count: usize, seed: u64, ids: &mut Ids) -> Vec<Value> {
    let mut random = Random::new(seed);
    let mut taken = HashSet::new();
    let mut created_at = FIRST_CREATED_MS;
    let (mut moved, mut staying) = (INTEGRATIONS.iter().cycle(), INTEGRATIONS.iter().cycle());
    let row = |n: usize| {
        let (name, email) = person(&mut random, &mut taken);
        let (version, turn) = if n % 10 == 9 { ("api-v2", &mut moved) } else { ("api-v1", &mut staying) };
        let priority = if n % 10 == 4 { "priority-high" } else { "priority-normal" };
        created_at += CREATED_EVERY_MS;
        json!({
            "id": ids.next(), "name": name, "email": email, "tags": [version, turn.next(), priority],
            "created_at": created_at,
        })
    };
    (0..count).map(row).collect()
}

/// A unique name and address.
fn person(random: &mut Random, taken: &mut HashSet<String>) -> (String, String) {
    let culture = random.pick(CULTURES).unwrap_or(&CULTURES[0]);
    let given = random.pick(culture.given).unwrap_or(&("Ada", "ada"));
    let family = random.pick(culture.family).unwrap_or(&("Lovelace", "lovelace"));
    let company = [HEADS, TAILS].map(|list| random.pick(list).copied().unwrap_or("company")).concat();
    let person = format!("{}.{}", given.1, family.1);
    let numbered = (1_u32..).map(|n| if n == 1 { String::new() } else { n.to_string() });
    let mut addresses = numbered.map(|number| format!("{person}{number}@{company}.example"));
    let address = addresses.find(|address| taken.insert(address.clone())).unwrap_or_default();
    (full_name(culture, given.0, family.0), address)
}

fn full_name(culture: &Culture, given: &str, family: &str) -> String {
    // Some scripts that put the family name first use a space, which is then part of the family name.
    if culture.family_first { format!("{family}{given}") } else { format!("{given} {family}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::call::is_address;

    #[test]
    fn seeded_contacts_are_all_mailable_and_no_address_comes_twice() {
        let rows = believable(5000, 7, &mut Ids::new(7));
        let addresses: HashSet<&str> = rows.iter().filter_map(|row| row["email"].as_str()).collect();
        assert_eq!(addresses.len(), 5000);
        assert!(addresses.iter().all(|address| is_address(address) && address.ends_with(".example")));
        assert!(rows.iter().all(|row| row["name"].as_str().is_some_and(|name| !name.trim().is_empty())));
    }

    #[test]
    fn the_same_seed_gives_the_same_contacts_and_another_seed_others() {
        let of = |seed| believable(50, seed, &mut Ids::new(seed));
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn names_keep_their_accents_and_apostrophes() {
        let rows = believable(2000, 1, &mut Ids::new(1));
        let names: Vec<&str> = rows.iter().filter_map(|row| row["name"].as_str()).collect();
        assert!(names.iter().any(|name| !name.is_ascii()));
        assert!(names.iter().any(|name| name.contains('\'')));
    }
}
