# What the chapter on images says.

images-no-reason = The reason was not kept.
images-discarded-by-sender = Given up by its sender.
images-discarded-by-time =
    { $days ->
        [one] Nobody went on with it for a day, so it was discarded. Send the file again.
       *[other] Nobody went on with it for { $days } days, so it was discarded. Send the file again.
    }

# used: refused-images-*
refused-images-no-length = The upload does not say how long the file is, so nothing was taken. Send the length first, in Upload-Length.
refused-images-too-large = The file has { $size } MiB; this market takes images of up to { $most } MiB. Nothing was taken. Shrink the filesystem and the disk; customers can enlarge it.
refused-images-too-small = The file is empty, or shorter than the footer of a VHD alone. Check that the export has finished, then send it again.
refused-images-no-room = The market has no room for { $size } MiB at the moment. What was received so far is kept. Try again later, or tell the operator.
refused-images-no-name = The file has no name that can be kept. Give it one, such as disk.vhd, and send it again.
refused-images-not-a-digest = What was promised as SHA-256 is not 64 hexadecimal digits. Take it from sha256sum, or leave it out.
refused-images-no-organisation = The upload does not say for which organisation it is. Name it by ?organisation= and its id.
refused-images-two-writers = Another request is sending this file right now. Wait for it to end, or pause it there; then go on here.
refused-images-wrong-offset = Byte { $sent } was offered, but the upload stands at byte { $stored }. Ask where it stands, and go on from there.
refused-images-ended = This upload has come to its end. Look at the list of images for what became of it.
refused-images-more-than-promised = More bytes came than were promised at the beginning, so the upload was refused and nothing of it was kept. Send the file again, with its real length.
refused-images-wrong-checksum = The piece did not arrive as it was sent: its checksum differs. It was thrown away; send it again.
refused-images-unknown-checksum = Pieces are checked by SHA-256 alone. Send sha256 and the digest in base 64, or no checksum.
refused-images-foreign = This is a { $format } file, not a fixed VHD. Nothing of it was kept. Convert it, then send the result: { $command }
refused-images-foreign-raw = The file does not end with the footer of a VHD: it is a bare disk, or a VHD that was cut off. Nothing of it was kept. If it is a bare disk, make a fixed VHD of it, then send that: { $command }
refused-images-foreign-unknown = This is no fixed VHD ({ $format }). Nothing of it was kept. Export the disk as a fixed VHD, then send that.
refused-images-wrong-length = The footer of the VHD speaks of a file of { $expected } bytes, but { $found } came. Nothing of it was kept. The file was cut off, or something was appended to it; write it again from the raw disk.
refused-images-wrong-digest = The bytes that arrived are not the ones that were promised: their SHA-256 is { $found }, not { $promised }. Nothing of them was kept. Check the file at home with sha256sum, then send it again.
refused-images-broken-off = The connection broke off. What came is kept; go on from where the upload stands.
refused-images-no-file = No file was chosen. Choose a fixed VHD and send again.
refused-images-headers = A piece must say where it begins, in Upload-Offset.
refused-images-version = Uploads speak tus 1.0.0. Send Tus-Resumable: 1.0.0 with every request.

images-upload-title = Upload an image
images-upload-line = You may pause, close the laptop and come back: the upload goes on where it stopped. Certification begins the moment the last byte is here.
images-upload-file = Disk image
images-upload-file-hint = A fixed VHD of up to { $most }. Choose it, or drop it anywhere on this page.
images-upload-send = Send it
images-upload-pause = Pause
images-upload-resume = Go on
images-upload-come-back = To go on another day, open this page again and choose the same file.
images-upload-unfinished = Not finished yet
images-upload-unfinished-line = Choose the same file above, and it goes on from here.
images-upload-first = Try it at your desk first
images-upload-first-line = This judges the image by the same rules in seconds, without an account and without sending anything.
images-upload-terminal = From a terminal
images-upload-terminal-line = For large files and for CI. It finds an upload that broke off by itself, and goes on. It needs a token:
images-upload-token = make one
images-upload-convert = Your disk is in another format?
images-upload-convert-line = qemu-img makes a fixed VHD of nearly any of them; this is how it goes for a raw disk. What arrives in another format is named after a few seconds, with the command for it.
images-units = B KiB MiB GiB TiB
images-say-line = [done] of [size], [speed] a second
images-say-left = about [span] left
images-say-paused = Paused. What was sent is safe; go on whenever you like.
images-say-done = All of it is here. It is being sealed now.
images-say-broken = The connection broke off and did not come back. What was sent is safe: choose the same file again to go on.
images-received-of = { $done } of { $size }
images-receiving-line = Nothing is sent at the moment unless another page or program does. Choose the same file again to go on; what nobody goes on with is discarded on { $when }.
images-sealing = Sealing
images-sealing-line = All bytes are here. They are being measured and named by their content.
images-sealed = The image is sealed and is being certified.
images-sealed-open = Open its report
images-refused = The file was refused
images-go-on = Go on sending
images-send-again = Send another file
images-discard = Discard
images-discard-question = Discard this upload? What was sent of it is removed.

# What the history tells; the key is the deed.
# used: images-did-*
images-did-begin = began an upload
images-did-seal = sealed an image
images-did-refuse = refused an upload
images-did-discard = discarded an upload
