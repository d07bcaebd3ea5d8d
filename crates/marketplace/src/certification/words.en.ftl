# What the chapter on certification says.

certification-letter-greeting = Good day { $name },
certification-letter-good-title = { $file } is certified
certification-letter-good = { $file } was judged by the profile { $profile } and is certified. You may use it in an offer.
certification-letter-bad-title = { $file } is not certified yet
certification-letter-bad = { $file } was judged by the profile { $profile } and is not certified yet. This must be fixed first:
certification-letter-open-title = { $file } could not be judged
certification-letter-open = { $file } was to be judged by the profile { $profile }, but something that had to be known could not be read. So it is not certified.
certification-letter-accepted = What kept { $file } from being certified by the profile { $profile } was accepted by the operator of the market, for this image and for a time. It is certified now, and you may use it in an offer.
certification-letter-ended-title = { $file } is no longer certified
certification-letter-ended = An exception for { $file } has ended or was withdrawn, so the image was judged again by the profile { $profile } and is no longer certified. This must be fixed first:
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
refused-certification-never-malware = Rule { $rule } is never waived: what harms whoever starts it gets no certificate, whatever the reason. If the scanner is wrong, its signature has to be mended.
refused-certification-never-unreadable = Rule { $rule } is never waived: what cannot be read, or not by everyone alike, was not judged, and nobody would know what was certified.
refused-certification-never-open-door = Rule { $rule } is never waived: it would let strangers into every machine that customers start from this image.
refused-certification-not-broken = Rule { $rule } is not broken in the newest report, so there is nothing to accept. Open the report again: it may have changed meanwhile.
refused-certification-not-seen = Rule { $rule } could not be decided, and nobody can vouch for what nobody has seen. The publisher puts right what kept it from being read; then it is judged again.

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
certification-did-grant_exception = accepted that a rule is broken
certification-did-withdraw_exception = withdrew an exception
certification-did-end_exception = ended an exception whose last day is over

certification-granted = Accepted by the operator of the market until { $date }: { $reason }
certification-signed = Signed certificate

certification-idle = Exceptions without effect
certification-exceptions = Exceptions to this image
certification-head-rule = Rule
certification-head-exception = Exception
certification-head-granted = Granted
certification-head-reason = Reason
certification-head-until = Last day
certification-exception-stands = in force
certification-exception-withdrawn = withdrawn
certification-exception-replaced = replaced by another
certification-exception-expired = ended with its last day
# used: certification-exception-done-*
certification-exception-done-granted = The exception is granted. The image is judged again from what is known of it; that takes seconds.
certification-exception-done-withdrawn = The exception is withdrawn. The image is judged again from what is known of it; that takes seconds.
certification-desk-images-line = All images that publishers have sent, with their newest verdict by the market’s profile. In a report you can accept what is broken, for one image and for a time.
certification-desk-images-none = No image here
certification-desk-images-none-line = As soon as a publisher sends an image that belongs here, it is listed with its report.
certification-desk-failed = Not certified
certification-desk-publisher = Publisher
certification-desk-of = { $file }, sent by { $publisher }
certification-desk-exceptions-line = What is accepted now, what ends soonest first. After its last day an exception counts no more, and the image is judged again.
certification-desk-exceptions-none = Nothing is accepted by exception
certification-desk-exceptions-none-line = Where an image breaks a rule and you have a good reason to accept that, open its report and choose “Accept for this image” beside the rule.
certification-except-go = Accept for this image
certification-except-change = Change or withdraw the exception
certification-except-title = Exception to rule { $rule }
certification-except-line = The rule stays broken and stays in the report, with your reason and the last day beside it; it no longer keeps the image from being certified. This is for exactly this image: one with a single byte changed needs its own. It counts for every profile.
certification-except-stands = In force
certification-except-withdraw = Withdraw it
certification-except-withdraw-question = The rule counts as broken again at once, and the image is judged again. If that changes the verdict, the publisher gets a letter. Customers keep what they have.
certification-except-withdraw-go = Withdraw the exception
certification-except-never = This is not accepted
certification-except-reason = Reason
certification-except-reason-hint = Publisher and customers read it, in the report and in the certificate. Say why it does no harm here.
certification-except-reason-short = Give a reason of { $least } characters or more: the publisher and every customer read it.
certification-except-reason-long = The reason is too long: { $most } characters at most. Say the essence; details belong into a document that you name.
certification-except-until = Last day
certification-except-until-hint = It holds to the end of this day (UTC), and until { $latest } at the latest.
certification-except-until-no-day = Name the last day on which it holds, such as 2027-03-01.
certification-except-until-past = This day is over. Name today or a later day.
certification-except-until-late = An exception lasts a year at most, until { $latest }. Grant another one then, if there is still a reason.
certification-except-button = Accept and judge again
certification-except-back = Back to the report

# Judged again without anybody asking, and compared with an earlier report.
# used: certification-why-*
certification-why-rulebook = because the rulebook has a new edition
certification-why-profile = because the market’s profile changed
certification-why-advisories = because what is known of vulnerabilities changed
certification-why-scanners = because the market’s own rules against malware changed
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
