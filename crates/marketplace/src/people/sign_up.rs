use house::error::Mistakes;
use house::words::{Language, Text};
use house::{Result, Tx, audit};

use super::{Email, Hashed, Person, record};

/// Someone who wants to be known here.
pub struct SignUp {
    pub email: Email,
    pub name: String,
    pub language: Language,
    pub password: Hashed,
}

/// Makes a person of a visitor. Refused when the address has one already.
pub async fn sign_up(tx: &mut Tx, new: SignUp) -> Result<Person> {
    let person = Person {
        id: tx.new_id(),
        email: new.email.text().to_owned(),
        name: new.name,
        language: new.language,
        operator: false,
    };
    if !record::add_person(tx, &person, Some(&new.password)).await? {
        let mut mistakes = Mistakes::none();
        mistakes.note("email", Text::new("refused-people-email-taken"));
        return Err(mistakes.into());
    }
    audit::note(tx, &person.email, "people.sign_up", person.id, &()).await?;
    Ok(person)
}

/// Changes what a person is called, and the language of their letters.
pub async fn amend(tx: &mut Tx, who: &Person, name: &str, language: Language) -> Result<()> {
    record::set_name(tx, who.id, name, language).await?;
    let details = serde_json::json!({ "name": name, "language": language.code() });
    audit::note(tx, &who.email, "people.amend", who.id, &details).await
}
