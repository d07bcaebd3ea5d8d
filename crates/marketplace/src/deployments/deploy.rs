//! Asking for a machine.

use house::words::Language;
use house::{Id, Result, Tx, audit, chance, jobs};

use super::jobs::RECONCILE;
use super::{Deployment, MACHINES_MAX, Refused, Stage, Wish, health_port, record};
use crate::images;
use crate::offers;
use crate::orders::{self, Order};
use crate::people::Person;

/// Ports that one machine has forwarded.
const PORTS_MAX: usize = 16;
/// Random bytes in a machine's token.
const TOKEN_BYTES: usize = 16;

/// What the customer decides about a machine. Its parts are checked where they are read from the form.
#[derive(Debug, Clone)]
pub struct Machine {
    pub host_name: String,
    pub user_name: String,
    pub ssh_keys: Vec<String>,
    pub cores: u32,
    pub memory_mib: u32,
}

/// Asks for a machine under an order. The rest is done by a job.
pub async fn deploy(tx: &mut Tx, by: &Person, order: Id<Order>, machine: &Machine) -> Result<Id<Deployment>> {
    let order = orders::own(tx, by, order).await?;
    if !order.is_active() {
        return Err(Refused::OrderCancelled.into());
    }
    let standing = record::of_order(tx, order.id).await?.into_iter().filter(|d| !d.stage.is_over()).count();
    if standing >= MACHINES_MAX {
        return Err(Refused::TooManyMachines.into());
    }
    let version = offers::version(tx, order.version).await?;
    let sku = version.document.sku(&order.sku).ok_or(orders::Refused::NoSuchSku)?;
    let image = match sku.image {
        Some(id) => images::image(tx, id).await?,
        None => None,
    };
    let image = image.ok_or(orders::Refused::NoSuchSku)?;
    let health = health_port(&sku.open_ports);
    let mut open_ports = vec![health];
    open_ports.extend(sku.open_ports.iter().copied().filter(|port| *port != health && *port != 0));
    open_ports.truncate(PORTS_MAX);
    let deployment = Deployment {
        id: tx.new_id(),
        order: order.id,
        person: by.id,
        organisation: order.organisation,
        image: image.id,
        content_id: image.content_id,
        offer_title: version.document.listing_in(Language::En).title,
        host_name: machine.host_name.clone(),
        user_name: machine.user_name.clone(),
        ssh_keys: machine.ssh_keys.clone(),
        cores: machine.cores,
        memory_mib: machine.memory_mib,
        open_ports,
        health_path: if sku.health_path.is_empty() { "/".to_owned() } else { sku.health_path.clone() },
        token: chance::token(TOKEN_BYTES)?,
        wish: Wish::Running,
        stage: Stage::Requested,
        stage_since: tx.now(),
        made_at: tx.now(),
        version: 1,
    };
    record::add(tx, &deployment).await?;
    jobs::queue_once(tx, RECONCILE, deployment.id, &()).await?;
    let details = serde_json::json!({ "order": order.number, "host_name": deployment.host_name });
    audit::note(tx, &by.email, "deployments.deploy", deployment.id, &details).await?;
    Ok(deployment.id)
}
