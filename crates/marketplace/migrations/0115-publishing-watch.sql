-- chapter: publishing. What the watch over images on sale has to do next is found by an index, however many there are.

-- The images of what is listed, withdrawn or not: those of the version that `publishing_listing` names.
create table publishing_listed_image (
    offer text not null references offers_offer (id),
    image text not null references images_image (id),
    primary key (offer, image)
) strict;
create index publishing_listed_image_image on publishing_listed_image (image, offer);

-- Each image that is listed, and when it is to be seen to.
create table publishing_watch (
    image text primary key references images_image (id),
    -- By what it was judged when it was last seen to, as a hash; empty before that.
    measure text not null,
    -- When time alone calls for the next look; 0 for at once.
    due_at integer not null,
    -- The judgement of which everything that follows has been done; null before the first.
    run text references certification_run (id)
) strict;
create index publishing_watch_measure on publishing_watch (measure, image);
create index publishing_watch_due on publishing_watch (due_at, image);

-- What is listed already.
-- only sqlite
insert into publishing_listed_image (offer, image)
select distinct l.offer, json_extract(s.value, '$.image')
from publishing_listing l join offers_version v on v.id = l.offer_version, json_each(v.document, '$.skus') s
where json_extract(s.value, '$.image') is not null;
-- end
-- only postgres
insert into publishing_listed_image (offer, image)
select distinct l.offer, s.value ->> 'image'
from publishing_listing l join offers_version v on v.id = l.offer_version,
jsonb_array_elements(cast(v.document as jsonb) -> 'skus') s
where s.value ->> 'image' is not null;
-- end
insert into publishing_watch (image, measure, due_at) select distinct image, '', 0 from publishing_listed_image;
