//! Leads as a table for other programs.

use super::Lead;

/// The names of the columns, in the order in which they come.
const COLUMNS: &[&str] = &[
    "id",
    "made_at",
    "action",
    "offer",
    "offer_title",
    "first_name",
    "last_name",
    "email",
    "phone",
    "country",
    "company",
    "title",
];

/// The leads as CSV, as RFC 4180 says. What a spreadsheet would take for a formula is made plain text by an apostrophe.
pub fn csv(leads: &[Lead]) -> String {
    let mut csv = COLUMNS.join(",");
    csv.push_str("\r\n");
    for lead in leads {
        let contact = &lead.contact;
        let fields = [
            lead.id.to_string(),
            lead.made_at.to_string(),
            lead.action.code().to_owned(),
            lead.offer_address.clone(),
            lead.offer_title.clone(),
            contact.first_name.clone(),
            contact.last_name.clone(),
            contact.email.clone(),
            contact.phone.clone(),
            contact.country.clone(),
            contact.company.clone(),
            contact.title.clone(),
        ];
        csv.push_str(&fields.map(|field| quoted(&field)).join(","));
        csv.push_str("\r\n");
    }
    csv
}

fn quoted(field: &str) -> String {
    // Spreadsheets also skip white space and full-width forms before they look for a formula.
    let first = field.trim_start().chars().next().unwrap_or(' ');
    let formula = matches!(first, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '|' | '%')
        || field.starts_with(['\t', '\r', '\n']);
    let plain = if formula { format!("'{field}") } else { field.to_owned() };
    format!("\"{}\"", plain.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn no_spreadsheet_takes_a_name_for_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "|cmd", "%0A=1"] {
            assert!(quoted(formula).starts_with("\"'"), "{formula:?}");
        }
        for plain in ["Ada", "", "ada@acme.example", "1-2", "O'Neil"] {
            assert_eq!(quoted(plain), format!("\"{plain}\""));
        }
        assert_eq!(quoted("a \"b\", c\nd"), "\"a \"\"b\"\", c\nd\"");
    }
}
