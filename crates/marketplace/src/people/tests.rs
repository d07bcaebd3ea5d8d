//! Stories of this chapter, through its doors and its pages, on both engines.

use std::time::Duration;

use house::on_both_engines;
use house::words::Language;

use super::*;
use crate::testing::{Browser, MarketInABox, PASSWORD};

/// The last link in a letter, as a path of the market.
#[track_caller]
fn link(body: &str) -> String {
    let at = body.rfind("http://market.test/").expect("a link in the letter");
    let link = body[at + "http://market.test".len()..].split_whitespace().next();
    link.expect("an address").to_owned()
}

async fn signs_in(market: &MarketInABox, email: &str, password: &str) -> crate::testing::Answer {
    let mut browser = Browser::new();
    market.post(&mut browser, "/sign-in", &[("email", email), ("password", password)]).await
}

on_both_engines! {
    async fn a_visitor_signs_up_signs_out_and_signs_in_again(engine) {
        let market = MarketInABox::open(engine).await;
        let mut visitor = Browser::new();
        let form = [("name", "Ada Lovelace"), ("email", " Ada@Market.test "), ("password", PASSWORD), ("language", "fr")];
        let next = market.post(&mut visitor, "/sign-up?next=%2Fsell", &form).await.leads_to();
        assert_eq!(next, "/sell");
        let account = market.get(&mut visitor, "/account").await.page();
        assert!(account.contains("ada@market.test"), "{account}");

        assert_eq!(market.post(&mut visitor, "/sign-out", &[]).await.leads_to(), "/");
        assert_eq!(market.get(&mut visitor, "/account").await.status, 401);
        let form = [("email", "ADA@market.test"), ("password", PASSWORD)];
        let elsewhere = market.post(&mut visitor, "/sign-in?next=https%3A%2F%2Fevil.test", &form).await;
        assert_eq!(elsewhere.leads_to(), "/");
        market.get(&mut visitor, "/account").await.page();

        let again = market.post(&mut Browser::new(), "/sign-up", &[("name", "Eve"), ("email", "ada@market.test"), ("password", PASSWORD)]).await;
        assert_eq!(again.status, 422);
        assert!(again.body.contains("Someone has signed up with this address"), "{}", again.body);
        let careless = market.post(&mut Browser::new(), "/sign-up", &[("name", ""), ("email", "no"), ("password", "short")]).await;
        assert_eq!(careless.status, 422);
        assert!(careless.body.contains("3 answers need another look"), "{}", careless.body);
    }

    async fn an_unknown_address_and_a_wrong_password_are_told_alike_and_guessing_is_stopped(engine) {
        let market = MarketInABox::open(engine).await;
        market.known("Ada", Language::En).await;
        let wrong = signs_in(&market, "ada@market.test", "not the password").await;
        let unknown = signs_in(&market, "nobody@market.test", "not the password").await;
        assert_eq!((wrong.status, unknown.status), (422, 422));
        assert_eq!(wrong.body.replace("ada@", ""), unknown.body.replace("nobody@", ""));
        for _ in 1..10 {
            assert_eq!(signs_in(&market, "ada@market.test", "not the password").await.status, 422);
        }
        assert_eq!(signs_in(&market, "ada@market.test", PASSWORD).await.status, 429);
        market.turn(Duration::from_secs(15 * 60 + 1));
        assert_eq!(signs_in(&market, "ada@market.test", PASSWORD).await.status, 303);
    }

    async fn a_forgotten_password_is_chosen_anew_by_a_letter_once(engine) {
        let market = MarketInABox::open(engine).await;
        let mut signed_in = market.person("Ada").await;
        let mut visitor = Browser::new();
        for email in ["ada@market.test", "nobody@market.test"] {
            let sent = market.post(&mut visitor, "/password", &[("email", email)]).await.leads_to();
            assert_eq!(sent, "/password?done=sent");
        }
        for _ in 0..5 {
            market.post(&mut visitor, "/password", &[("email", "ada@market.test")]).await.leads_to();
        }
        market.work().await;
        assert!(market.letters_to("nobody@market.test").await.is_empty());
        let letters = market.letters_to("ada@market.test").await;
        assert_eq!(letters.len(), 3, "letters are no way to pester someone");
        let link = link(&letters[0].body);
        market.get(&mut visitor, &link).await.page();
        assert_eq!(market.post(&mut visitor, &link, &[("password", "ada")]).await.status, 422);
        assert_eq!(market.post(&mut visitor, &link, &[("password", "neuf chats noirs")]).await.leads_to(), "/account");
        assert_eq!(market.post(&mut visitor, &link, &[("password", "dix chats noirs")]).await.status, 404);
        assert_eq!(market.get(&mut signed_in, "/account").await.status, 401, "other sessions have ended");
        assert_eq!(signs_in(&market, "ada@market.test", "neuf chats noirs").await.status, 303);
    }

    async fn who_knows_the_old_password_changes_it_along_with_name_and_language(engine) {
        let market = MarketInABox::open(engine).await;
        let mut ada = market.person("Ada").await;
        let form = [("password_now", "wrong one here"), ("password", "neuf chats noirs")];
        let refused = market.post(&mut ada, "/account/password", &form).await;
        assert!(refused.status == 422 && refused.body.contains("This is not your password"), "{}", refused.body);
        let form = [("password_now", PASSWORD), ("password", "neuf chats noirs")];
        assert_eq!(market.post(&mut ada, "/account/password", &form).await.leads_to(), "/account?done=password");
        let told = market.get(&mut ada, "/account?done=password").await.page();
        assert!(told.contains("The password is changed"), "{told}");
        let switched = market.post(&mut ada, "/account", &[("name", "Ada L."), ("language", "fr")]).await.leads_to();
        let back = market.get(&mut ada, &switched).await.leads_to();
        let french = market.get(&mut ada, &back).await.page();
        assert!(french.contains("Enregistré.") && french.contains("Ada L."), "{french}");
    }

    async fn an_owner_invites_by_letter_and_the_last_one_cannot_leave(engine) {
        let market = MarketInABox::open(engine).await;
        let mut ada = market.person("Ada").await;
        let at = market.post(&mut ada, "/account/organisations", &[("organisation", "Acme")]).await.leads_to();
        let invite = [("email", "bob@market.test"), ("role", "contributor")];
        market.post(&mut ada, &format!("{at}/members/invite"), &invite).await.leads_to();
        market.work().await;
        let join = link(&market.letters_to("bob@market.test").await[0].body);

        let mut bob = Browser::new();
        assert!(market.get(&mut bob, &join).await.page().contains("Say first who you are"));
        assert_eq!(market.post(&mut bob, &join, &[]).await.status, 401);
        let mut bob = market.person("Bob").await;
        assert_eq!(market.post(&mut bob, &join, &[]).await.leads_to(), at);
        assert_eq!(market.post(&mut bob, &join, &[]).await.status, 404, "a link is used once");
        let members = market.get(&mut bob, &format!("{at}/members")).await.page();
        assert!(members.contains("ada@market.test") && !members.contains("Invite someone"), "{members}");
        let again = market.post(&mut ada, &format!("{at}/members/invite"), &invite).await;
        assert_eq!(again.status, 409);
        let not_his = market.post(&mut bob, &format!("{at}/members/invite"), &invite).await;
        assert_eq!(not_his.status, 403);

        let stays = market.post(&mut ada, &format!("{at}/members/leave"), &[]).await;
        assert!(stays.status == 409 && stays.body.contains("An organisation needs an owner"), "{}", stays.body);
        let mut tx = market.market.read().await.expect("a look");
        let (person, _) = record::person_at(&mut tx, "bob@market.test").await.expect("a look").expect("Bob");
        drop(tx);
        let role = format!("{at}/members/{}/role", person.id);
        market.post(&mut ada, &role, &[("role", "owner")]).await.leads_to();
        assert_eq!(market.post(&mut ada, &format!("{at}/members/leave"), &[]).await.leads_to(), "/account?done=left");
        assert_eq!(market.get(&mut ada, &format!("{at}/members")).await.status, 404);
        let history = market.get(&mut bob, &format!("{at}/history")).await.page();
        for told in ["founded the organisation", "invited someone", "joined by invitation", "changed a role", "left"] {
            assert!(history.contains(told), "{told} is missing: {history}");
        }
    }

    async fn an_owner_removes_a_member_and_the_tokens_that_acted_for_them(engine) {
        let market = MarketInABox::open(engine).await;
        let (ada, bob) = (market.known("Ada", Language::En).await, market.known("Bob", Language::En).await);
        let mut tx = market.market.write().await.expect("a transaction");
        let acme = found(&mut tx, &ada, "Acme").await.expect("founded");
        record::add_member(&mut tx, acme.id, bob.id, Role::Contributor).await.expect("a member");
        let bobs = acting_for(&mut tx, &bob, acme.id, Role::Contributor).await.expect("a member");
        let secret = issue(&mut tx, &bobs, "CI", 30).await.expect("a token");
        let (by, unnoted) = by_token(&mut tx, &secret).await.expect("it opens");
        assert_eq!((by.person().id, by.organisation().id), (bob.id, acme.id));
        note_use(&mut tx, unnoted.expect("not noted yet")).await.expect("noted");
        assert_eq!(by_token(&mut tx, &secret).await.expect("it opens").1, None, "noted once an hour");
        let adas = acting_for(&mut tx, &ada, acme.id, Role::Owner).await.expect("the owner");
        assert_eq!(dismiss(&mut tx, &bobs, ada.id).await.expect_err("no owner").code(), Some("people.owners_only"));
        dismiss(&mut tx, &adas, bob.id).await.expect("removed");
        assert_eq!(by_token(&mut tx, &secret).await.expect_err("revoked").code(), Some("people.dead_token"));
        assert_eq!(dismiss(&mut tx, &adas, ada.id).await.expect_err("last").code(), Some("people.last_owner"));
        let demoted = appoint(&mut tx, &adas, ada.id, Role::Contributor).await;
        assert_eq!(demoted.expect_err("the last owner").code(), Some("people.last_owner"));
        assert_eq!(organisation(&mut tx, acme.id).await.expect("a look"), Some(acme));
    }

    async fn a_token_is_shown_once_and_revoked_for_good(engine) {
        let market = MarketInABox::open(engine).await;
        let (mut ada, acme) = market.publisher("Acme").await;
        let at = crate::hall::portal_address(acme, "/tokens");
        let form = [("name", "CI"), ("days", "30"), ("attempt", "once")];
        let shown = market.post(&mut ada, &at, &form).await.page();
        let from = shown.find("halle_").expect("the secret");
        let secret: String = shown[from..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        assert_eq!(secret.len(), "halle_".len() + 48);
        assert!(market.post(&mut ada, &at, &form).await.leads_to().ends_with("?done=issued"));
        let list = market.get(&mut ada, &at).await.page();
        assert!(list.contains("CI") && !list.contains(&secret), "{list}");

        let mut tx = market.market.write().await.expect("a transaction");
        let (by, _) = by_token(&mut tx, &secret).await.expect("it opens");
        let tokens = tokens_of(&mut tx, &by).await.expect("a look");
        assert_eq!(tokens.len(), 1, "sent twice, issued once");
        drop(tx);
        let bearer = format!("Bearer {secret}");
        let program = [("authorization", bearer.as_str())];
        let me = market.ask(&mut Browser::new(), "GET", "/api/v1/me", &program, Vec::new()).await;
        assert!(me.status == 200 && me.body.contains("acme@market.test"), "{me:?}");
        market.post(&mut ada, &format!("{at}/{}/revoke", tokens[0].id), &[]).await.leads_to();
        let me = market.ask(&mut Browser::new(), "GET", "/api/v1/me", &program, Vec::new()).await;
        assert!(me.status == 401 && me.body.contains("people.dead_token"), "{me:?}");
        assert_eq!(market.get(&mut Browser::new(), "/api/v1/me").await.status, 401);
        let mut tx = market.market.read().await.expect("a look");
        assert_eq!(by_token(&mut tx, &secret).await.expect_err("revoked").code(), Some("people.dead_token"));
        assert!(by_token(&mut tx, "halle_guess").await.is_err() && by_token(&mut tx, "").await.is_err());
        drop(tx);
        let (mut other, _) = market.publisher("Other").await;
        assert_eq!(market.get(&mut other, &at).await.status, 404);
    }

    async fn an_operator_chooses_a_password_and_reads_letters_log_and_jobs(engine) {
        let market = MarketInABox::open(engine).await;
        let mut tx = market.market.write().await.expect("a transaction");
        let email = Email::parse("boss@market.test").expect("an address");
        let token = make_operator(&mut tx, &email, "Boss", Language::En).await.expect("an operator");
        make_operator(&mut tx, &email, "Boss", Language::En).await.expect("the same again");
        assert_eq!(operators(&mut tx).await.expect("a look").len(), 1);
        tx.commit().await.expect("kept");
        let mut boss = Browser::new();
        let link = format!("/password/{token}");
        let chosen = market.post(&mut boss, &link, &[("password", "sept chats gris")]).await.leads_to();
        assert_eq!(chosen, "/desk");
        market.get(&mut boss, "/desk").await.page();
        market.publisher("Acme").await;
        market.work().await;
        let letters = market.get(&mut boss, "/desk/letters").await.page();
        assert!(letters.contains("Acme Server is approved") && letters.contains("Delivered"), "{letters}");
        let letter = market.letters_to("acme@market.test").await.remove(0);
        let page = format!("/desk/letters/{}", letter.id);
        assert!(market.get(&mut boss, &page).await.page().contains("letter box"));
        market.post(&mut boss, &format!("{page}/replay"), &[]).await.leads_to();
        let log = market.get(&mut boss, "/desk/audit").await.page();
        assert!(log.contains("sent a letter again") && log.contains("approved the nomination"), "{log}");
        market.get(&mut boss, "/desk/jobs").await.page();
        let mut stranger = market.person("Stranger").await;
        for page in ["/desk", "/desk/letters", "/desk/audit", "/desk/jobs", &page] {
            assert_eq!(market.get(&mut stranger, page).await.status, 403, "{page}");
        }
    }
}
