-- chapter: images. Where are the bytes, and are they whole?

-- Bytes on their way in. They gather in a file named by the id, outside the blobs, until they are sealed.
create table images_upload (
    id text primary key,
    organisation text not null references people_organisation (id),
    person text not null references people_person (id),
    file_name text not null,
    size_bytes integer not null check (size_bytes >= 0),
    -- What is safely on disk: never more than the file holds.
    received_bytes integer not null default 0 check (received_bytes >= 0 and received_bytes <= size_bytes),
    -- What the sender promised, 64 hex digits, if anything.
    sha256 text,
    -- By what the sender knows its file again, to go on where it stopped.
    fingerprint text,
    stage text not null check (stage in ('receiving', 'sealing', 'sealed', 'refused', 'discarded')),
    -- Why it was refused or discarded: key and blanks, as JSON.
    reason text,
    image text,
    made_at integer not null,
    touched_at integer not null,
    version integer not null default 1
) strict;
create index images_upload_organisation on images_upload (organisation, id);
create index images_upload_stage on images_upload (stage, touched_at);

create table images_image (
    id text primary key,
    organisation text not null references people_organisation (id),
    -- Who sent it: who gets the letters about it.
    person text not null references people_person (id),
    -- The tree hash, 64 hex digits: the name of the blob.
    content_id text not null,
    -- The flat SHA-256, for people.
    sha256 text not null,
    file_name text not null,
    size_bytes integer not null,
    sealed_at integer not null
) strict;
create unique index images_image_organisation_content_id on images_image (organisation, content_id);
