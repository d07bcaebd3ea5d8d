//! Machines on paper: an engine for stories, whose machines do what the story says, and break when it says so.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use compute::{
    Accel, Answer, Capabilities, ContentId, Engine, Error, Forward, InstanceSpec, Listed, MachineId,
    Observed, Progress,
};

#[derive(Default)]
pub struct PaperMachines(Mutex<Paper>);

#[derive(Default)]
struct Paper {
    images: Vec<String>,
    machines: BTreeMap<MachineId, (InstanceSpec, Observed)>,
    /// What the next call of this name answers instead of doing it.
    trouble: Vec<(&'static str, Error)>,
    missing: bool,
    /// Where the ports of all machines lead.
    web: Option<SocketAddr>,
}

impl PaperMachines {
    fn paper(&self) -> MutexGuard<'_, Paper> {
        self.0.lock().expect("no test panics while it holds the paper")
    }

    /// Lets the next call of this name fail.
    pub fn fail_next(&self, call: &'static str, error: Error) {
        self.paper().trouble.push((call, error));
    }

    /// Nothing can run here.
    pub fn go_missing(&self) {
        self.paper().missing = true;
    }

    /// The machine's web server is there.
    pub fn answers_at(&self, web: SocketAddr) {
        self.paper().web = Some(web);
    }

    /// What the engine sees of a machine, changed behind the market's back.
    pub fn becomes(&self, id: &str, observed: Observed) {
        let id = MachineId::parse(id).expect("a machine's id");
        self.paper().machines.get_mut(&id).expect("a machine").1 = observed;
    }

    pub fn vanishes(&self, id: &str) {
        self.paper().machines.remove(&MachineId::parse(id).expect("a machine's id"));
    }

    pub fn spec(&self, id: &str) -> Option<InstanceSpec> {
        let id = MachineId::parse(id).expect("a machine's id");
        self.paper().machines.get(&id).map(|(spec, _)| spec.clone())
    }

    pub fn count(&self) -> usize {
        self.paper().machines.len()
    }

    /// Does a call, unless the story lets it fail.
    fn call<T: Send + 'static>(
        &self,
        name: &'static str,
        act: impl FnOnce(&mut Paper) -> Result<T, Error>,
    ) -> Answer<'_, T> {
        let mut paper = self.paper();
        let trouble = paper.trouble.iter().position(|(call, _)| *call == name);
        let result = match trouble {
            Some(place) => Err(paper.trouble.remove(place).1),
            None => act(&mut paper),
        };
        drop(paper);
        Box::pin(std::future::ready(result))
    }

    fn set<'a>(&'a self, name: &'static str, id: &MachineId, to: Option<Observed>) -> Answer<'a, Observed> {
        let id = id.clone();
        self.call(name, move |paper| {
            let running = paper.running(&id);
            let machine = paper.machines.get_mut(&id).ok_or(Error::NoSuchMachine(id))?;
            machine.1 = to.unwrap_or(running);
            Ok(machine.1.clone())
        })
    }
}

impl Paper {
    fn running(&self, id: &MachineId) -> Observed {
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
        let ports = self.machines.get(id).map(|(spec, _)| spec.open_ports.clone()).unwrap_or_default();
        let address = self.web.unwrap_or(nowhere);
        Observed::Running {
            forwards: ports.into_iter().map(|guest_port| Forward { guest_port, address }).collect(),
        }
    }
}

impl Engine for PaperMachines {
    fn capabilities(&self) -> Answer<'_, Capabilities> {
        let missing = self.paper().missing;
        let available = if missing {
            Err("install it with `apt-get install qemu-system-x86`".to_owned())
        } else {
            Ok("1".to_owned())
        };
        Box::pin(std::future::ready(Ok(Capabilities {
            engine: "paper",
            available,
            accel: Some(Accel::Tcg),
            uefi: false,
            memory_budget_mib: 4096,
            memory_free_mib: 4096,
        })))
    }

    fn ensure_image<'a>(
        &'a self,
        content: &'a ContentId,
        _: &'a Path,
        progress: Progress<'a>,
    ) -> Answer<'a, ()> {
        progress(1, 2);
        let content = content.as_str().to_owned();
        self.call("image", move |paper| {
            paper.images.push(content);
            Ok(())
        })
    }

    fn ensure_instance<'a>(&'a self, spec: &'a InstanceSpec) -> Answer<'a, Observed> {
        let spec = spec.clone();
        self.call("instance", move |paper| {
            spec.check()?;
            let id = spec.id.clone();
            if !paper.machines.contains_key(&id) {
                paper.machines.insert(id.clone(), (spec, Observed::Starting));
                let running = paper.running(&id);
                paper.machines.get_mut(&id).expect("just made").1 = running;
            }
            Ok(paper.machines[&id].1.clone())
        })
    }

    fn observe<'a>(&'a self, id: &'a MachineId) -> Answer<'a, Observed> {
        let id = id.clone();
        self.call("observe", move |paper| {
            Ok(paper.machines.get(&id).map_or(Observed::Absent, |(_, observed)| observed.clone()))
        })
    }

    fn start<'a>(&'a self, id: &'a MachineId) -> Answer<'a, Observed> {
        self.set("start", id, None)
    }

    fn stop<'a>(&'a self, id: &'a MachineId, _: Duration) -> Answer<'a, ()> {
        let stopped = self.set("stop", id, Some(Observed::Stopped));
        Box::pin(async { stopped.await.map(|_| ()) })
    }

    fn restart<'a>(&'a self, id: &'a MachineId, _: Duration) -> Answer<'a, Observed> {
        self.set("restart", id, None)
    }

    fn destroy<'a>(&'a self, id: &'a MachineId) -> Answer<'a, ()> {
        let id = id.clone();
        self.call("destroy", move |paper| {
            paper.machines.remove(&id);
            Ok(())
        })
    }

    fn console<'a>(&'a self, id: &'a MachineId) -> Answer<'a, String> {
        let id = id.clone();
        self.call("console", move |paper| match paper.machines.get(&id) {
            Some(_) => Ok("<b>booting</b>\nlogin:".to_owned()),
            None => Err(Error::NoSuchMachine(id)),
        })
    }

    fn inventory(&self) -> Answer<'_, Vec<Listed>> {
        self.call("inventory", |paper| {
            let listed = |id: &MachineId| Listed { id: id.clone(), has_state: true, process: None };
            Ok(paper.machines.keys().map(listed).collect())
        })
    }
}
