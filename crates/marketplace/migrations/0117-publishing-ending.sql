-- chapter: publishing. An exception that what is on sale rests on does not end unannounced.

-- The exceptions of whose end publisher and operator were told, and when. A row goes when its exception has ended.
create table publishing_ending (
    exception text primary key references certification_exception (id),
    image text not null references images_image (id),
    told_at integer not null
) strict;
create index publishing_ending_image on publishing_ending (image);
