//! Goods to fill the shelves of the gallery with.

use house::Timestamp;
use house::web::{Badge, Choice, Decision, DiskBar, Facet, Frame, State, Stretch, Tile};

use super::t;

pub fn tiles(frame: &Frame) -> Vec<Tile> {
    let certified = Badge::new("shield-check", t(frame, "Certified", "Certifiée")).class("pass");
    let drive = Badge::new("play", t(frame, "Test drive", "À l’essai"));
    let free = Badge::new("gift", t(frame, "Free", "Gratuite"));
    let goods = [
        (
            "Hardened nginx",
            "Acme Systems",
            "A web server with TLS 1.3, headers and rate limits set right from the first boot.",
            "Un serveur web avec TLS 1.3, en-têtes et limites bien réglés dès le premier démarrage.",
            50_000_000,
            9,
            214,
        ),
        (
            "PostgreSQL 17, tuned",
            "Elephant & Fils",
            "Streaming replicas, nightly backups and a query inspector.",
            "Réplication continue, sauvegardes nocturnes et un inspecteur de requêtes.",
            120_000_000,
            10,
            87,
        ),
        (
            "Forgejo for teams",
            "Codeberg Works",
            "Your own forge with runners, package registry and single sign-on.",
            "Votre propre forge avec exécuteurs, registre de paquets et connexion unique.",
            0,
            8,
            342,
        ),
        (
            "Jupyter Hall",
            "Numerata",
            "Notebooks for a whole class, with GPUs when you need them.",
            "Des carnets pour toute une classe, avec des GPU au besoin.",
            90_000_000,
            7,
            19,
        ),
        (
            "Mailyard",
            "Poste Libre",
            "A mail server that delivers: DKIM, DMARC and a calm webmail.",
            "Un serveur de courrier qui arrive à bon port : DKIM, DMARC et un webmail paisible.",
            40_000_000,
            9,
            61,
        ),
        (
            "Windows Server 2025 Core",
            "Redmond Resale",
            "Activated, patched to last Tuesday, and nothing else on it.",
            "Activé, à jour de mardi dernier, et rien d’autre dessus.",
            210_000_000,
            8,
            133,
        ),
    ];
    goods
        .into_iter()
        .map(|(title, by, english, french, price, stars, count)| Tile {
            address: "/offer".into(),
            title: title.into(),
            line: t(frame, english, french),
            by: by.into(),
            price: if price == 0 {
                t(frame, "Free", "Gratuit")
            } else {
                let price = frame.w.price_per_hour(price, "EUR");
                format!("{} {price}", frame.w.say("part-from"))
            },
            badges: match price {
                0 => vec![certified.clone(), free.clone()],
                _ if stars > 8 => vec![certified.clone(), drive.clone()],
                _ => vec![certified.clone()],
            },
            artwork: None,
            stars: Some((stars, count)),
        })
        .collect()
}

pub fn facets(frame: &Frame) -> Vec<Facet> {
    let facet = |title: String, name: &str, choices: Vec<Choice>| Facet { title, name: name.into(), choices };
    vec![
        facet(
            t(frame, "Category", "Catégorie"),
            "category",
            vec![
                Choice::new("web", t(frame, "Web servers", "Serveurs web")).count(38).chosen(true),
                Choice::new("data", t(frame, "Databases", "Bases de données")).count(24),
                Choice::new("dev", t(frame, "Developer tools", "Outils de développement")).count(61),
            ],
        ),
        facet(
            t(frame, "System", "Système"),
            "os",
            vec![
                Choice::new("debian", "Debian").count(52),
                Choice::new("ubuntu", "Ubuntu").count(47),
                Choice::new("alma", "AlmaLinux").count(12),
            ],
        ),
        facet(
            t(frame, "Price", "Prix"),
            "price",
            vec![
                Choice::new("free", t(frame, "Free", "Gratuit")).count(29),
                Choice::new("hour", t(frame, "By the hour", "À l’heure")).count(88),
            ],
        ),
    ]
}

pub fn disk(frame: &Frame) -> DiskBar {
    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;
    let stretch = |label: &str, detail: String, start, length| Stretch {
        label: label.into(),
        detail,
        start,
        length,
        free: false,
        state: None,
    };
    let mut swap = stretch(
        "swap",
        t(frame, "partition 3, swap space", "partition 3, espace d’échange"),
        26 * GIB,
        2 * GIB,
    );
    swap.state = Some(State::Fail);
    let mut free = stretch(&t(frame, "unused", "inutilisé"), String::new(), 28 * GIB, 2 * GIB);
    free.free = true;
    DiskBar {
        length: 30 * GIB,
        stretches: vec![
            stretch("EFI", t(frame, "FAT32, 7 MiB used", "FAT32, 7 Mio utilisés"), MIB, 127 * MIB),
            stretch("/boot", t(frame, "ext4, 212 MiB used", "ext4, 212 Mio utilisés"), 128 * MIB, 896 * MIB),
            stretch(
                "/",
                t(frame, "ext4, 2.9 GiB used, 410 packages", "ext4, 2,9 Gio utilisés, 410 paquets"),
                GIB,
                25 * GIB,
            ),
            swap,
            free,
        ],
    }
}

pub fn decisions(frame: &Frame) -> Vec<Decision> {
    let ago = |hours: i64| {
        frame.w.now().checked_sub(jiff::SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MIN)
    };
    let decision = |title: &str, line: String, kind: Badge, hours| Decision {
        address: "/desk".into(),
        title: title.into(),
        line,
        kind,
        waiting_since: ago(hours),
        due: None,
    };
    vec![
        decision(
            "Hardened nginx 2.4",
            t(
                frame,
                "Acme Systems asks to publish. 41 checks passed, 2 warnings.",
                "Acme Systems demande à publier. 41 contrôles réussis, 2 avertissements.",
            ),
            Badge::new("clipboard-check", t(frame, "Review", "Revue")),
            20,
        ),
        decision(
            "Poste Libre",
            t(
                frame,
                "Wants to sell. Register entry found, bank account checked.",
                "Souhaite vendre. Inscription au registre trouvée, compte bancaire vérifié.",
            ),
            Badge::new("store", t(frame, "Nomination", "Candidature")),
            6,
        ),
        decision(
            "Jupyter Hall",
            t(
                frame,
                "Asks for an exception from vhd.fixed until 1 December.",
                "Demande une exception à vhd.fixed jusqu’au 1er décembre.",
            ),
            Badge::new("flag", t(frame, "Exception", "Exception")),
            2,
        ),
        decision(
            "INV-2026-0412",
            t(
                frame,
                "A refund of €120.00 above the limit that needs no second pair of eyes.",
                "Un remboursement de 120,00 € au-dessus du seuil sans double contrôle.",
            ),
            Badge::new("receipt", t(frame, "Refund", "Remboursement")),
            1,
        ),
    ]
}
