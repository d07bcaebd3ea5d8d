//! Goods for stories: offers that stand on the storefront without having walked the road there.

use house::Id;

use crate::images::Image;
use crate::offers::{self, Draft, Offer, Slug, Version};
use crate::people::{self, Organisation, Person, Role};
use crate::publishing::{OnSale, Submission, on_sale_at};
use crate::testing::{Browser, MarketInABox, a_complete_draft};

/// Something on sale, and who sells it.
pub struct Good {
    pub seller: Browser,
    pub owner: Person,
    pub organisation: Id<Organisation>,
    pub on_sale: OnSale,
}

impl MarketInABox {
    /// The offer `hardened-nginx` of this publisher, live.
    pub async fn sells(&self, publisher: &str) -> Good {
        let (seller, organisation) = self.publisher(publisher).await;
        self.shelves_offer(seller, organisation, "hardened-nginx", |_| {}).await
    }

    /// One more offer of a publisher, live.
    pub async fn shelves_offer(
        &self,
        seller: Browser,
        organisation: Id<Organisation>,
        slug: &str,
        change: impl FnOnce(&mut Draft),
    ) -> Good {
        let mut tx = self.market.write().await.expect("a transaction");
        let owner = people::members_of(&mut tx, organisation).await.expect("the members").remove(0).0;
        let by = people::acting_for(&mut tx, &owner, organisation, Role::Owner).await.expect("the owner");
        let parsed = Slug::parse(slug).expect("a slug");
        let offer = offers::create(&mut tx, &by, &parsed, "Hardened nginx").await.expect("an offer");
        let image = self.an_image(&mut tx, organisation, &owner, slug).await;
        let mut draft = a_complete_draft(Some(image));
        change(&mut draft);
        self.put_on_sale(&mut tx, &owner, organisation, offer, &draft).await;
        tx.commit().await.expect("kept");
        let mut tx = self.market.read().await.expect("a look");
        let seller_slug =
            crate::sellers::seller(&mut tx, organisation).await.expect("a look").expect("a seller").slug;
        let on_sale = on_sale_at(&mut tx, &seller_slug, slug).await.expect("a look").expect("on sale");
        Good { seller, owner, organisation, on_sale }
    }

    async fn an_image(
        &self,
        tx: &mut house::Tx,
        organisation: Id<Organisation>,
        owner: &Person,
        name: &str,
    ) -> Id<Image> {
        let (id, now) = (tx.new_id::<Image>(), tx.now().as_microsecond());
        sqlx::query(
            "insert into images_image (id, organisation, person, content_id, sha256, file_name, size_bytes, sealed_at) \
             values ($1, $2, $3, $4, $4, $5, 1, $6)",
        )
        .bind(id.to_string())
        .bind(organisation.to_string())
        .bind(owner.id.to_string())
        .bind(house::chance::hash(name))
        .bind(format!("{name}.vhd"))
        .bind(now)
        .execute(tx.on())
        .await
        .expect("an image");
        id
    }

    /// Lists a version of this document; what was listed of the offer before goes.
    pub async fn put_on_sale(
        &self,
        tx: &mut house::Tx,
        owner: &Person,
        organisation: Id<Organisation>,
        offer: Id<Offer>,
        draft: &Draft,
    ) {
        let (version, submission) = (tx.new_id::<Version>(), tx.new_id::<Submission>());
        let now = tx.now().as_microsecond();
        let number: i64 = sqlx::Row::get(
            &sqlx::query("select count(*) as n from offers_version where offer = $1")
                .bind(offer.to_string())
                .fetch_one(tx.on())
                .await
                .expect("the versions"),
            "n",
        );
        sqlx::query(
            "insert into offers_version (id, offer, number, document, frozen_by, frozen_at) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(version.to_string())
        .bind(offer.to_string())
        .bind(number + 1)
        .bind(serde_json::to_string(draft).expect("a document"))
        .bind(owner.id.to_string())
        .bind(now)
        .execute(tx.on())
        .await
        .expect("a version");
        sqlx::query(
            "insert into publishing_submission (id, offer, organisation, offer_version, stage, stage_data, submitted_by, made_at) \
             values ($1, $2, $3, $4, 'live', '{}', $5, $6)",
        )
        .bind(submission.to_string())
        .bind(offer.to_string())
        .bind(organisation.to_string())
        .bind(version.to_string())
        .bind(owner.id.to_string())
        .bind(now)
        .execute(tx.on())
        .await
        .expect("a submission");
        sqlx::query(
            "insert into publishing_listing (offer, organisation, submission, offer_version, live_since, changed_at) \
             values ($1, $2, $3, $4, $5, $5) on conflict (offer) do update set submission = excluded.submission, \
             offer_version = excluded.offer_version, changed_at = excluded.changed_at",
        )
        .bind(offer.to_string())
        .bind(organisation.to_string())
        .bind(submission.to_string())
        .bind(version.to_string())
        .bind(now)
        .execute(tx.on())
        .await
        .expect("a listing");
        for image in draft.skus.iter().filter_map(|sku| sku.image) {
            sqlx::query(
                "insert into publishing_listed_image (offer, image) values ($1, $2) on conflict (offer, image) do nothing",
            )
            .bind(offer.to_string())
            .bind(image.to_string())
            .execute(tx.on())
            .await
            .expect("what is listed");
            sqlx::query(
                "insert into publishing_watch (image, measure, due_at) values ($1, '', 0) on conflict (image) do nothing",
            )
            .bind(image.to_string())
            .execute(tx.on())
            .await
            .expect("what is watched");
        }
    }
}
