use crate::testing::{Browser, MarketInABox};

house::on_both_engines! {
    async fn what_goes_live_is_on_the_storefront_at_once_and_what_is_withdrawn_is_gone(engine) {
        let market = MarketInABox::open(engine).await;
        let mut visitor = Browser::new();
        let page = market.get(&mut visitor, "/").await.page();
        assert!(page.contains("the shelves are empty"), "{page}");
        let good = market.sells("Acme").await;
        let page = market.get(&mut visitor, "/").await.page();
        assert!(page.contains("Hardened nginx") && page.contains("/market/acme/hardened-nginx"), "{page}");
        let page = market.get(&mut visitor, "/search?q=ngnix").await.page();
        assert!(page.contains("<mark>nginx</mark>"), "{page}");
        let page = market.get(&mut visitor, "/sitemap.xml").await.page();
        assert!(page.contains("http://market.test/market/acme/hardened-nginx"), "{page}");

        let mut tx = market.market.write().await.expect("a transaction");
        sqlx::query("update publishing_listing set withdrawn_at = 1 where offer = $1")
            .bind(good.on_sale.offer.to_string())
            .execute(tx.on())
            .await
            .expect("withdrawn");
        tx.commit().await.expect("kept");
        let page = market.get(&mut visitor, "/search?q=nginx").await.page();
        assert!(page.contains("Nothing found"), "{page}");
        assert_eq!(market.get(&mut visitor, "/market/acme/hardened-nginx").await.status, 404);
    }

    async fn an_offer_is_read_bought_and_deployed_in_french_without_a_script(engine) {
        let market = MarketInABox::open(engine).await;
        market.sells("Acme").await;
        let customer = market.known("Jean Moulin", house::words::Language::Fr).await;
        let mut browser = market.enter(&customer).await;
        let page = market.get(&mut browser, "/market/acme/hardened-nginx").await.page();
        assert!(page.contains("nginx durci") && page.contains("Choisir Communauté"), "{page}");
        let checkout = "/market/acme/hardened-nginx/buy?sku=pro";
        let page = market.get(&mut browser, checkout).await.page();
        let hidden = |page: &str, name: &str| {
            let mark = format!("name=\"{name}\" value=\"");
            page.split(&mark).nth(1).and_then(|rest| rest.split('"').next()).expect("a hidden field").to_owned()
        };
        assert!(page.contains("Break nothing.") && page.contains("Moulin"), "{page}");
        let (terms, attempt) = (hidden(&page, "terms"), hidden(&page, "attempt"));
        let mut fields = vec![("sku", "pro"), ("terms", terms.as_str()), ("attempt", attempt.as_str())];
        let again = market.post(&mut browser, checkout, &fields).await;
        assert_eq!(again.status, 422);
        assert!(again.body.contains("cochez la case"), "{}", again.body);
        fields.push(("accept", "yes"));
        let order = market.post(&mut browser, checkout, &fields).await.leads_to();
        let twice = market.post(&mut browser, checkout, &fields).await.leads_to();
        assert_eq!(order, twice, "a double click is one order");
        let page = market.get(&mut browser, &order).await.page();
        assert!(page.contains("H-2026-000001") && page.contains("Déployer une machine"), "{page}");

        let form = format!("{order}/deploy");
        let page = market.get(&mut browser, &form).await.page();
        assert!(page.contains("hardened-nginx-1") && page.contains("jean"), "{page}");
        let attempt = hidden(&page, "attempt");
        let fields = [("host_name", "web-1"), ("user_name", "jean"), ("ssh_keys", ""), ("size", "2"), ("attempt", &attempt)];
        let machine = market.post(&mut browser, &form, &fields).await.leads_to();
        let page = market.get(&mut browser, &machine).await.page();
        assert!(page.contains("Demandée"), "{page}");
        market.work().await;
        let page = market.get(&mut browser, &machine).await.page();
        assert!(page.contains("&lt;b&gt;booting") || page.contains("&#60;b&#62;booting"), "{page}");
        let deleted = market.post(&mut browser, &format!("{machine}/delete"), &[]).await.leads_to();
        market.work().await;
        assert!(market.get(&mut browser, &deleted).await.page().contains("Supprimée"));
        for list in ["/orders", "/machines"] {
            market.get(&mut browser, list).await.page();
        }
        let mut stranger = market.person("Eve").await;
        assert_eq!(market.get(&mut stranger, &machine).await.status, 404);
        assert_eq!(market.get(&mut stranger, &order).await.status, 404);
        assert_eq!(market.get(&mut Browser::new(), &order).await.status, 401);
    }

    async fn a_publisher_sees_orders_and_machines_but_no_secrets_of_its_customers(engine) {
        let market = MarketInABox::open(engine).await;
        let mut good = market.sells("Acme").await;
        let customer = market.known("Jean", house::words::Language::En).await;
        let mut tx = market.market.write().await.expect("a transaction");
        let purchase = crate::orders::Purchase {
            sku: "pro".to_owned(),
            terms_sha256: crate::orders::terms_hash(&good.on_sale.version.document.terms),
            contact: None,
        };
        let order = crate::orders::place(&mut tx, &market.market, &customer, &good.on_sale, &purchase).await.expect("an order");
        let machine = crate::deployments::Machine {
            host_name: "secret-name".into(), user_name: "jean".into(), ssh_keys: vec![], cores: 1, memory_mib: 512,
        };
        crate::deployments::deploy(&mut tx, &customer, order.id, &machine).await.expect("a machine");
        tx.commit().await.expect("kept");
        let at = |end: &str| crate::hall::portal_address(good.organisation, end);
        let (orders, machines) = (at("/orders"), at("/deployments"));
        let page = market.get(&mut good.seller, &orders).await.page();
        assert!(page.contains("H-2026-000001") && page.contains("jean@market.test"), "{page}");
        let page = market.get(&mut good.seller, &machines).await.page();
        assert!(page.contains("Hardened nginx") && !page.contains("secret-name"), "{page}");
        let mut stranger = market.person("Eve").await;
        assert_eq!(market.get(&mut stranger, &orders).await.status, 404);
    }

    async fn without_an_engine_the_market_sells_and_says_why_nothing_is_deployed(engine) {
        let market = MarketInABox::open(engine).await;
        market.sells("Acme").await;
        market.machines.go_missing();
        let mut browser = market.person("Jean").await;
        let checkout = "/market/acme/hardened-nginx/buy?sku=community";
        let page = market.get(&mut browser, checkout).await.page();
        let terms = page.split("name=\"terms\" value=\"").nth(1).and_then(|r| r.split('"').next()).expect("terms").to_owned();
        let fields = [("sku", "community"), ("terms", &terms), ("attempt", "a"), ("accept", "yes")];
        let order = market.post(&mut browser, checkout, &fields).await.leads_to();
        let page = market.get(&mut browser, &order).await.page();
        assert!(page.contains("apt-get install") && !page.contains("/deploy\""), "{page}");
        assert_eq!(market.get(&mut browser, &format!("{order}/deploy")).await.status, 503);
    }
}
