/// The media types of files by the ends of their names.
public enum MediaType {
    private static let types = [
        "csv": "text/csv", "doc": "application/msword", "gif": "image/gif", "htm": "text/html", "html": "text/html",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "ics": "text/calendar",
        "jpeg": "image/jpeg", "jpg": "image/jpeg", "json": "application/json", "mp3": "audio/mpeg",
        "mp4": "video/mp4", "odt": "application/vnd.oasis.opendocument.text", "pdf": "application/pdf",
        "png": "image/png", "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "svg": "image/svg+xml", "txt": "text/plain", "vcf": "text/vcard", "webp": "image/webp",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xml": "application/xml",
        "zip": "application/zip",
    ]

    /// The type of a file of this name; that of any bytes when the end of the name says nothing.
    public static func ofFile(named name: String) -> String {
        guard let dot = name.lastIndex(of: ".") else { return "application/octet-stream" }
        return types[name[name.index(after: dot)...].lowercased()] ?? "application/octet-stream"
    }
}
