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
refused-certification-no-certificate = There is no certificate: the newest run did not certify this image. Read its report, put right what it names, and have the image judged again.

certification-list-title = Images
certification-list-line = What you have sent, and what came of it. An image can be used in an offer once it is certified.
certification-list-empty = No image yet
certification-list-empty-line = Send a fixed VHD. It is judged as soon as it is here, and you get a report that says what to fix, where, and how.
certification-head-file = File
certification-head-state = State
certification-head-size = Size
certification-head-when = When
certification-state-receiving = Receiving, { $percent }
certification-state-sealing = Sealing
certification-state-refused = Refused
certification-state-never = Not judged yet
certification-state-queued = Waiting to be judged
certification-state-running = Being judged, { $percent }
certification-state-certified = Certified
certification-state-not-certified = Not certified
certification-state-could-not-judge = Could not be judged

certification-profiles = Judged by
certification-profile = Profile { $profile }
certification-certified = Certified
certification-not-certified = Not certified yet
certification-could-not-judge = Could not be judged
certification-running = Being judged
certification-running-line = Every allocated byte is read once. You may leave; a letter tells you when it is done, and the report stays here.
certification-queued = It waits for its turn and begins within seconds.
certification-progress = Reading the image
certification-progress-line = by the profile { $profile }
certification-never = Not judged by the profile { $profile } yet
certification-never-line = Each profile has the rules of one platform. Judging takes seconds and changes nothing about the image.
certification-judge = Judge it now
certification-judge-again = Judge it again
certification-filter = Show
certification-filter-all = Everything
certification-filter-passed = Passed
certification-filter-not-applicable = Not applicable
certification-must-fix = To fix
certification-fix-first = Fix first
certification-warnings = Warnings
certification-excepted = Accepted by exception
certification-filter-needs-boot = Needs a running machine
certification-needs-boot =
    { $count ->
        [one] One check needs a running machine
       *[other] { $count } checks need a running machine
    }
certification-not-decided = Could not be decided
certification-where = Where
certification-found = Found
certification-expected = Expected
certification-remedy = What to do
certification-places-left =
    { $count ->
        [one] One more place is in the JSON report.
       *[other] { $count } more places are in the JSON report.
    }
certification-rulebook = rulebook { $edition }
certification-passed =
    { $count ->
        [one] One check passed
       *[other] { $count } checks passed
    }
certification-not-applicable =
    { $count ->
        [one] One check does not apply
       *[other] { $count } checks do not apply
    }
certification-scan = What was read
certification-scan-line =
    { $files ->
        [one] { $scanned } of { $allocated } allocated were read, in one file and outside it.
       *[other] { $scanned } of { $allocated } allocated were read, in { $files } files and outside them.
    }
certification-judged-at = Judged
certification-image = The image
certification-json = Report as JSON
certification-desk-line = The same report at your desk or in CI, without a server:
certification-fact-content-id = Content id
certification-fact-sha256 = SHA-256
certification-fact-size = Size of the file
certification-fact-sealed = Sealed
certification-fact-profile = Profile
certification-fact-rulebook = Rulebook
certification-fact-judged = Judged
certification-fact-format = Format

# What the history tells; the key is the deed.
# used: certification-did-*
certification-did-begin = began to judge an image
certification-did-conclude = concluded a certification

certification-granted = Accepted by the operator of the market until { $date }: { $reason }
certification-signed = Signed certificate
