# What the chapter on certification says.

certification-letter-greeting = Good day { $name },
certification-letter-good-title = { $file } is certified
certification-letter-good = { $file } was judged by the profile { $profile } and is certified. You may use it in an offer.
certification-letter-bad-title = { $file } is not certified yet
certification-letter-bad = { $file } was judged by the profile { $profile } and is not certified yet. This must be fixed first:
certification-letter-open-title = { $file } could not be judged
certification-letter-open = { $file } was to be judged by the profile { $profile }, but something that had to be known could not be read. So it is not certified.
certification-letter-remedy = What to do:
certification-letter-more =
    { $count ->
        [one] One more thing is in the report.
       *[other] { $count } more things are in the report.
    }
certification-letter-report = The whole report, with every place on the disk:

certification-out-of-time =
    { $minutes ->
        [one] The judging was given up after a minute. An image that takes so long is most often damaged on purpose or by accident. Check its filesystems at home, or have it judged again.
       *[other] The judging was given up after { $minutes } minutes. An image that takes so long is most often damaged on purpose or by accident. Check its filesystems at home, or have it judged again.
    }
certification-died = The program that judges came to a bad end while it read this image ({ $how }). Nothing else was harmed. Have it judged again; if it happens twice, check the image's filesystems at home and tell the operator.
certification-other-bytes = What was judged is not what was uploaded: the content differs from the image's name. Tell the operator; the store may be damaged.
certification-byte = byte { $offset }
certification-disk-free = not used
certification-disk-root = root
certification-disk-whole = the whole disk
certification-disk-partition = partition { $number }

refused-certification-no-such-profile = There is no profile of that name. Choose kvm, azure or strict.
refused-certification-no-report-yet = There is no report yet. Wait until the image has been judged, then ask again.
