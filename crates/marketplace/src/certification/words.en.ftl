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

# Judged again without anybody asking, and compared with an earlier report.
# used: certification-why-*
certification-why-rulebook = because the rulebook has a new edition
certification-why-profile = because the market’s profile changed
certification-why-advisories = because what is known of vulnerabilities changed
certification-why-exceptions = because what is accepted of it changed
certification-why-day = because a day had passed
certification-looked-at = looked at again, with the same outcome,
certification-look-trouble = The last look came to nothing and will be tried again: { $why }
certification-look-broke = Something broke on the market’s side; the operator’s log has it.
certification-fact-looked = Looked at again
certification-fact-advisories = Advisories of
certification-did-judged_again = judged an image again
certification-compare = Comparison
certification-compare-title = { $file } beside an earlier report
certification-compare-since = Compared with { $title }:
certification-compare-open = See what changed
certification-compare-first = This is the first report about this image and its plan, so there is none to compare it with.
certification-compare-nothing = Nothing changed: neither report has anything to be done.
certification-compare-alone = Nothing to compare with yet
certification-compare-alone-line = This is the first report. Once another image has been judged, or this one is judged again, you see here what changed.
certification-compare-back = Open the report
certification-compare-with = Compare with
certification-compare-choose = Choose a report
certification-compare-go = Compare
certification-compare-profile = Other profile: { $before } then, { $now } now.
certification-compare-profile-text = The profile has the same name and says something else now.
certification-compare-rulebook = Other rulebook: edition { $before } then, { $now } now.
certification-compare-broken = Newly broken
certification-compare-changed = Broken as before, in other places
certification-compare-mended = Mended
certification-compare-not-asked = Not asked any more
certification-compare-same = As before
certification-compare-place = Place
certification-compare-place-new = New
certification-compare-place-gone = Gone
certification-compare-count-broken = { $count } newly broken
certification-compare-count-mended = { $count } mended
certification-compare-count-changed = { $count } broken in other places
certification-compare-count-same = { $count } as before
# used: certification-verdict-*
certification-verdict-none = not asked
certification-verdict-pass = passed
certification-verdict-not-applicable = not applicable
certification-verdict-excepted = accepted by exception
certification-verdict-warn = warning
certification-verdict-not-decided = not decided
certification-verdict-fail = to fix
certification-against-earlier = the same image, judged { $date }
certification-against-version = { $file }, which the plan { $plan } ran before as { $version } (judged { $date })
certification-against-same-name = the older { $file }, judged { $date }
certification-against-other = another image: { $file }, judged { $date }
