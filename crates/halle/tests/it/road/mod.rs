//! The whole road, from a nomination to the web server inside a customer's machine, as those who walk it see it.

mod customer;
mod letters;
mod operator;
mod plain;
mod publisher;
mod visitor;

mod with_browser {
    use house::words::Language;

    use super::customer::Customer;
    use super::letters::LetterBox;
    use super::operator::Operator;
    use super::publisher::{EMAIL, Publisher};
    use crate::prepared::Ground;
    use crate::receiver::Receiver;
    use crate::server::Server;

    #[test]
    fn the_road_is_walked_by_a_publisher_an_operator_and_customers_in_two_languages() {
        let ground = Ground::empty();
        let server = Server::start(ground.data(), &["--private-hooks"]);
        let letters = LetterBox::of(ground.data());
        let receiver = Receiver::open();

        let operator = Operator::takes_the_desk(ground.data(), server.address());
        let mut publisher = Publisher::nominates(server.address());
        operator.approves("Notes", &letters);
        publisher.registers(&letters);
        publisher.uploads();
        let secret = publisher.drafts(receiver.address());
        publisher.publishes(&letters);
        let calls = receiver.calls();
        assert_eq!(calls.len(), 1, "{calls:?}");
        assert!(calls[0].is_signed_with(&secret) && calls[0].body.contains("HALLE_TEST"), "{calls:?}");

        let look = ground.look();
        let mut ada =
            Customer::opens(Language::En, server.address(), "Ada Lovelace", "ada@love.example", "notes-1");
        ada.buys("notebook", "Notes", "Community");
        ada.deploys();
        let tokens = look.texts("select token as t from deployments_deployment order by id");
        ada.looks_into_the_machine(&tokens[0], "/halle/health");
        ada.ends_it();

        let mut jean =
            Customer::opens(Language::Fr, server.address(), "Jean Dupont", "jean@dupont.example", "carnet-1");
        jean.buys("équipe", "Carnet", "Communauté");
        jean.deploys();
        let tokens = look.texts("select token as t from deployments_deployment order by id");
        jean.looks_into_the_machine(&tokens[1], "/halle/health");
        jean.ends_it();

        publisher.sees_what_came("Ada Lovelace");
        operator.reads_the_log(&[
            "product: Notes",
            "content_id:",
            "verdict: certified",
            "stage: live",
            "number: H-",
            "host_name: carnet-1",
        ]);
        letters.letter(ada.email, "notes-1 is ready");
        letters.letter(jean.email, "carnet-1");
        letters.letter(EMAIL, "A new order");
        let leads = receiver.calls();
        for name in ["Lovelace", "Dupont"] {
            let about: Vec<_> =
                leads.iter().filter(|call| call.body.contains(&format!("\"{name}\""))).collect();
            assert_eq!(about.len(), 1, "{leads:?}");
            assert!(about[0].is_signed_with(&secret));
        }
        let offences: Vec<String> = [&publisher.visitor, &operator.visitor, &ada.visitor, &jean.visitor]
            .iter()
            .flat_map(|visitor| visitor.offences())
            .collect();
        assert!(offences.is_empty(), "{} offences:\n{}", offences.len(), offences.join("\n"));
    }
}
