-- chapter: orders. Who bought what, under which terms?

create table orders_order (
    id text primary key,
    -- What people say on the telephone: H-2026-000017.
    number text not null,
    person text not null references people_person (id),
    offer text not null references offers_offer (id),
    offer_version text not null references offers_version (id),
    -- Where the offer was when it was bought: `publisher/offer`.
    offer_address text not null,
    -- Who sold it, as it was called then.
    seller_name text not null,
    sku text not null,
    -- The publisher.
    organisation text not null references people_organisation (id),
    licence text not null check (licence in ('free', 'byol', 'hourly')),
    -- Nano-units of the currency for an hour; 0 where nothing is charged.
    price_nanos integer not null,
    currency text not null,
    -- The hash of the terms as they were shown, and when they were accepted.
    terms_sha256 text not null,
    terms_accepted_at integer not null,
    -- 1 when it was bought by its own publisher, before it was live.
    preview integer not null check (preview in (0, 1)),
    stage text not null check (stage in ('active', 'cancelled')),
    placed_at integer not null,
    cancelled_at integer,
    version integer not null default 1
) strict;
create unique index orders_order_number on orders_order (number);
create index orders_order_person on orders_order (person, id);
create index orders_order_organisation on orders_order (organisation, id);

-- The last number given in each year.
create table orders_number (
    year integer primary key,
    last integer not null
) strict;
