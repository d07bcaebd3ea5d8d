-- chapter: leads. Who showed interest, who must hear of it?

create table leads_lead (
    id text primary key,
    offer text not null references offers_offer (id),
    organisation text not null references people_organisation (id),
    -- `publisher.offer` and its title, as they were when the lead was made.
    offer_address text not null,
    offer_title text not null,
    -- INS: bought or deployed. PLT: asked to be contacted. TEST: made by publishing, to try the destination.
    action text not null check (action in ('INS', 'PLT', 'TEST')),
    first_name text not null,
    last_name text not null,
    email text not null,
    phone text not null,
    country text not null,
    company text not null,
    title text not null,
    made_at integer not null,
    -- Where it goes, as the offer said when the lead was made.
    destination text not null check (destination in ('none', 'email', 'webhook')),
    -- The parcel that carries it there; null where there is no destination, and until it has been written.
    parcel text
) strict;
create index leads_lead_offer on leads_lead (offer, id);
create index leads_lead_organisation on leads_lead (organisation, id);
