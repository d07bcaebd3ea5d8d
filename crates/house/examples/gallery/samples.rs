//! Goods to fill the shelves of the gallery with.

use std::time::Duration;

use house::Timestamp;
use house::web::*;

use super::t;

/// Title, publisher, a line in English and in French, nano-euros an hour, doubled stars, and how many gave them.
type Good = (&'static str, &'static str, &'static str, &'static str, i64, u8, u64);

const GOODS: &[Good] = &[
    (
        "Quay",
        "Copper Kettle",
        "A web server with TLS 1.3, headers and rate limits set right from the first boot.",
        "Un serveur web avec TLS 1.3, en-têtes et limites bien réglés dès le premier démarrage.",
        50_000_000,
        9,
        214,
    ),
    (
        "Garde-Manger",
        "Moulin Imaginaire",
        "Streaming replicas, nightly backups and a query inspector.",
        "Réplication continue, sauvegardes nocturnes et un inspecteur de requêtes.",
        120_000_000,
        10,
        87,
    ),
    (
        "Switchyard",
        "Paper Boat",
        "Your own forge with runners, package registry and single sign-on.",
        "Votre propre forge avec exécuteurs, registre de paquets et connexion unique.",
        0,
        8,
        342,
    ),
    (
        "Slate",
        "Paper Boat",
        "Notebooks for a whole class, with GPUs when you need them.",
        "Des carnets pour toute une classe, avec des GPU au besoin.",
        90_000_000,
        7,
        19,
    ),
    (
        "Mailyard",
        "Moulin Imaginaire",
        "A mail server that delivers: DKIM, DMARC and a calm webmail.",
        "Un serveur de courrier qui arrive à bon port : DKIM, DMARC et un webmail paisible.",
        40_000_000,
        9,
        61,
    ),
    (
        "Bare Hall",
        "Copper Kettle",
        "Activated, patched to last Tuesday, and nothing else on it.",
        "Activé, à jour de mardi dernier, et rien d’autre dessus.",
        210_000_000,
        8,
        133,
    ),
];

pub fn tiles(frame: &Frame) -> Vec<Tile> {
    let certified = Badge::new("shield-check", t(frame, "Certified", "Certifiée")).class("pass");
    let drive = Badge::new("play", t(frame, "Test drive", "À l’essai"));
    let free = Badge::new("gift", t(frame, "Free", "Gratuite"));
    GOODS
        .iter()
        .map(|&(title, by, english, french, price, stars, count)| Tile {
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
        due: Some(ago(hours - 24)),
    };
    vec![
        decision(
            "Quay 2.4",
            t(
                frame,
                "Copper Kettle asks to publish. 41 checks passed, 2 warnings.",
                "Copper Kettle demande à publier. 41 contrôles réussis, 2 avertissements.",
            ),
            Badge::new("clipboard-check", t(frame, "Review", "Revue")),
            20,
        ),
        decision(
            "Moulin Imaginaire",
            t(
                frame,
                "Wants to sell. Register entry found, bank account checked.",
                "Souhaite vendre. Inscription au registre trouvée, compte bancaire vérifié.",
            ),
            Badge::new("store", t(frame, "Nomination", "Candidature")),
            6,
        ),
        decision(
            "Slate",
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

pub fn publishing(frame: &Frame) -> Vec<Step> {
    let t = |english, french| t(frame, english, french);
    let at = |minutes: i64| frame.w.now() - jiff::SignedDuration::from_mins(minutes);
    let secs = Duration::from_secs;
    vec![
        Step::new(t("Image received", "Image reçue"), State::Pass)
            .took(secs(94))
            .at(at(46))
            .message("disk.vhd, sha256 4f1c…a902"),
        Step::new(t("Certified", "Certifiée"), State::Pass)
            .took(secs(6))
            .at(at(44))
            .usual(secs(8))
            .message(t("41 checks passed, 2 warnings.", "41 contrôles réussis, 2 avertissements.")),
        Step::new(t("Test start", "Démarrage d’essai"), State::Pass)
            .took(secs(31))
            .at(at(43))
            .usual(secs(40)),
        Step::new(t("Review", "Revue"), State::Pass).took(secs(1500)).at(at(18)).usual(secs(7200)).message(
            t(
                "Approved by Mara. “Clear description, good icons.”",
                "Approuvée par Mara. « Description claire, bonnes icônes. »",
            ),
        ),
        Step::new(t("Preview", "Aperçu"), State::Yours)
            .at(at(18))
            .message(t("Ready since then; only you can see it.", "Prêt depuis ; vous seul pouvez le voir.")),
        Step::new(t("Sign-off", "Validation"), State::Wait).message(t(
            "Yours. Nothing is on the market before it.",
            "La vôtre. Rien n’est sur le marché avant elle.",
        )),
        Step::new(t("Live", "En ligne"), State::Wait).usual(secs(5)),
    ]
}

pub fn machine(frame: &Frame) -> Vec<Step> {
    let t = |english, french| t(frame, english, french);
    let secs = Duration::from_secs;
    vec![
        Step::new(t("Order accepted", "Commande acceptée"), State::Pass).took(Duration::from_millis(210)),
        Step::new(t("Image at hand", "Image disponible"), State::Pass).took(secs(4)).usual(secs(5)),
        Step::new(t("Machine created", "Machine créée"), State::Pass).took(secs(2)).usual(secs(2)),
        Step::new(t("Starting", "Démarrage"), State::Run).percent(70).usual(secs(14)).message(t(
            "Network is up; waiting for the health check.",
            "Le réseau répond ; en attente du contrôle de santé.",
        )),
        Step::new(t("Ready", "Prête"), State::Wait),
    ]
}

pub fn log(frame: &Frame) -> Vec<LogLine> {
    let line = |ago: i64, text: &str, state| LogLine {
        at: frame.w.now() - jiff::SignedDuration::from_secs(ago),
        text: text.into(),
        state,
    };
    vec![
        line(12, "qemu: machine created, 2 vCPU, 4096 MiB", None),
        line(9, "guest: systemd 257 running in system mode", None),
        line(6, "guest: Started nginx.service", Some(State::Pass)),
        line(3, "health: GET /healthz refused, trying again", Some(State::Warn)),
    ]
}

pub fn crumbs(frame: &Frame) -> Vec<Link> {
    vec![
        Link::new(t(frame, "Market", "Marché"), "/"),
        Link::new(t(frame, "Web servers", "Serveurs web"), "/search"),
        Link::new("Quay", "#").current(true),
    ]
}

pub fn tabs(frame: &Frame) -> Vec<Link> {
    vec![
        Link::new(t(frame, "Overview", "Présentation"), "#").current(true),
        Link::new(t(frame, "Plans", "Formules"), "#plans").count(3),
        Link::new(t(frame, "Versions", "Versions"), "#"),
        Link::new(t(frame, "Reviews", "Avis"), "#").count(214),
    ]
}

pub fn choices(frame: &Frame) -> Vec<Choice> {
    vec![
        Choice::new("hour", t(frame, "By the hour", "À l’heure"))
            .hint(t(
                frame,
                "You are paid for every hour a machine runs.",
                "Chaque heure de fonctionnement vous est payée.",
            ))
            .chosen(true),
        Choice::new("month", t(frame, "By the month", "Au mois")).hint(t(
            frame,
            "One price, however much it runs.",
            "Un seul prix, quelle que soit la durée.",
        )),
        Choice::new("own", t(frame, "Bring your own licence", "Licence déjà acquise")).hint(t(
            frame,
            "Customers pay you elsewhere.",
            "Vos clients vous paient ailleurs.",
        )),
    ]
}

pub fn aisles(frame: &Frame) -> Vec<Link> {
    let aisle = |english, french, icon, count| {
        Link::new(t(frame, english, french), "/search").icon(icon).count(count)
    };
    vec![
        aisle("Web servers", "Serveurs web", "globe", 38),
        aisle("Databases", "Bases de données", "database", 24),
        aisle("Developer tools", "Outils de développement", "code", 61),
        aisle("Security", "Sécurité", "lock", 19),
        aisle("Mail and messages", "Courrier et messages", "mail", 11),
        aisle("Monitoring", "Supervision", "heart-pulse", 17),
        aisle("Networks", "Réseaux", "network", 22),
        aisle("Operating systems", "Systèmes d’exploitation", "hard-drive", 14),
    ]
}

pub fn passes(frame: &Frame) -> Vec<String> {
    [
        ("The disk is a fixed VHD", "Le disque est un VHD fixe"),
        ("The disk is a whole number of MiB", "Le disque compte un nombre entier de Mio"),
        ("The partition table is whole", "La table de partitions est intacte"),
        ("No password is set for root", "Aucun mot de passe pour root"),
        ("SSH host keys are made at first boot", "Les clés d’hôte SSH sont créées au premier démarrage"),
        ("No private key lies on the disk", "Aucune clé privée ne se trouve sur le disque"),
        ("cloud-init is present and enabled", "cloud-init est présent et activé"),
        ("No known malware", "Aucun logiciel malveillant connu"),
    ]
    .map(|(english, french)| t(frame, english, french))
    .into()
}

/// The home page has a large search box of its own.
pub fn home(frame: Frame) -> Frame {
    Frame { search: None, ..super::shop(frame) }
}

fn work(mut frame: Frame, title: String, name: &str, links: Vec<Link>) -> Frame {
    frame.side = Side::Work;
    frame.nav = vec![
        Link::new(frame.w.say("frame-shop"), "/"),
        Link::new(frame.w.say("frame-work"), "/editor").current(true),
    ];
    frame.visitor = Some(Visitor { name: name.into(), of: title.clone() });
    frame.section = Some(Section { title, links });
    frame
}

pub fn seller(frame: Frame) -> Frame {
    let at = frame.path.clone();
    let link = |english, french, address: &str, icon| {
        Link::new(t(&frame, english, french), address).icon(icon).current(at.starts_with(address))
    };
    let links = vec![
        link("Offers", "Offres", "/editor", "package"),
        link("Images", "Images", "/upload", "hard-drive"),
        link("Certification", "Certification", "/report", "shield-check"),
        link("Publishing", "Publication", "/publishing", "rocket").count(1),
        link("Reports", "Rapports", "/reports", "chart-line"),
        link("Payouts", "Versements", "/payouts", "receipt"),
        link("People", "Personnes", "/people", "users"),
    ];
    work(frame, "Copper Kettle".into(), "Ada Byron", links)
}

pub fn buyer(frame: Frame) -> Frame {
    let at = frame.path.clone();
    let link = |english, french, address: &str, icon| {
        Link::new(t(&frame, english, french), address).icon(icon).current(at.starts_with(address))
    };
    let links = vec![
        link("Machines", "Machines", "/machine", "server").count(1),
        link("Orders", "Commandes", "/orders", "receipt"),
        link("Invoices", "Factures", "/invoices", "credit-card"),
        link("Help", "Aide", "/help", "life-buoy"),
    ];
    work(frame, "Université de Lyon".into(), "Jean Moulin", links)
}

pub fn operator(frame: Frame) -> Frame {
    let at = frame.path.clone();
    let link = |english, french, address: &str, icon| {
        Link::new(t(&frame, english, french), address).icon(icon).current(at.starts_with(address))
    };
    let links = vec![
        link("Decisions", "Décisions", "/desk", "inbox").count(4),
        link("Sellers", "Vendeurs", "/sellers", "store"),
        link("Rulebook", "Règlement", "/rules", "list-checks"),
        link("Jobs", "Travaux", "/jobs", "layers"),
        link("Money", "Comptes", "/money", "receipt"),
        link("Audit", "Journal d’audit", "/audit", "history"),
    ];
    let title = t(&frame, "Operator’s desk", "Bureau de l’opérateur");
    work(frame, title, "Mara Voss", links)
}
