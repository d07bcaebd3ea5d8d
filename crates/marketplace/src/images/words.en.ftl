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
