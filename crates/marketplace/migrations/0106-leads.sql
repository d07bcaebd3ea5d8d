-- chapter: leads. Who showed interest, who must hear of it?

create table leads_lead (
    id text primary key,
    offer text not null references offers_offer (id),
    organisation text not null references people_organisation (id),
    -- market-INS, market-PLT, test: where it came from and what was done.
    source text not null,
    action text not null check (action in ('INS', 'PLT', 'TEST')),
    first_name text not null,
    last_name text not null,
    email text not null,
    phone text not null,
    country text not null,
    company text not null,
    title text not null,
    made_at integer not null,
    -- The parcel that carries it to the publisher's destination; null when the publisher has named none.
    parcel text
) strict;
create index leads_lead_offer on leads_lead (offer, id);
create index leads_lead_organisation on leads_lead (organisation, id);
