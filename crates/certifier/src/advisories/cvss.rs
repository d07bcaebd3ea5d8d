//! How bad a vulnerability is: the base score of a CVSS vector, version 3, or the word that its publisher has for it.

/// Tenths of the score of `CVSS:3.1/AV:N/AC:L/…`; `None` where that is no such vector.
pub fn score_tenths(vector: &str) -> Option<u8> {
    let rest = vector.strip_prefix("CVSS:3.1/").or_else(|| vector.strip_prefix("CVSS:3.0/"))?;
    let metric = |name: &str| {
        rest.split('/')
            .find_map(|part| part.split_once(':').filter(|(key, _)| *key == name))
            .map(|(_, value)| value)
    };
    let weigh = |name: &str, weights: &[(&str, f64)]| {
        let value = metric(name)?;
        weights.iter().find(|(known, _)| *known == value).map(|(_, weight)| *weight)
    };
    let changed = match metric("S")? {
        "U" => false,
        "C" => true,
        _ => return None,
    };
    let impact = [("N", 0.0), ("L", 0.22), ("H", 0.56)];
    let (c, i, a) = (weigh("C", &impact)?, weigh("I", &impact)?, weigh("A", &impact)?);
    let base = 1.0 - (1.0 - c) * (1.0 - i) * (1.0 - a);
    let impact =
        if changed { 7.52 * (base - 0.029) - 3.25 * (base - 0.02_f64).powi(15) } else { 6.42 * base };
    let privileges = if changed {
        [("N", 0.85), ("L", 0.68), ("H", 0.5)]
    } else {
        [("N", 0.85), ("L", 0.62), ("H", 0.27)]
    };
    let exploitability = 8.22
        * weigh("AV", &[("N", 0.85), ("A", 0.62), ("L", 0.55), ("P", 0.2)])?
        * weigh("AC", &[("L", 0.77), ("H", 0.44)])?
        * weigh("PR", &privileges)?
        * weigh("UI", &[("N", 0.85), ("R", 0.62)])?;
    if impact <= 0.0 {
        return Some(0);
    }
    let sum = impact + exploitability;
    let score = if changed { 1.08 * sum } else { sum }.min(10.0);
    // Rounded up to a tenth, but not for what only the machine's arithmetic adds.
    let hundred_thousandths = (score * 100_000.0).round() as u64;
    u8::try_from(hundred_thousandths.div_ceil(10_000)).ok()
}

/// The least score of what is called by this word.
pub fn of_word(word: &str) -> Option<u8> {
    match word.to_ascii_lowercase().as_str() {
        "critical" => Some(90),
        "high" | "important" => Some(70),
        "moderate" | "medium" => Some(40),
        "low" | "negligible" => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_has_the_score_that_its_calculator_gives_it() {
        for (vector, score) in [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100),
            ("CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 78),
            ("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H", 81),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 75),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61),
            ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 16),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0),
        ] {
            assert_eq!(score_tenths(vector), Some(score), "{vector}");
        }
        for vector in
            ["", "CVSS:3.1/", "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "AV:N/AC:L/Au:N/C:P/I:P/A:P"]
        {
            assert_eq!(score_tenths(vector), None, "{vector}");
        }
    }
}
