//! Work that is spread over the cores and taken in its order, so that its outcome is the same on every machine.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// How far the work is.
struct Line<'t, T> {
    next: usize,
    taken: usize,
    done: BTreeMap<usize, T>,
    take: &'t mut (dyn FnMut(T) + Send),
    /// A thread died: nobody shall wait for what it had in hand.
    is_broken: bool,
}

struct Waiting<'t, T> {
    line: Mutex<Line<'t, T>>,
    moved: Condvar,
}

impl<'t, T> Waiting<'t, T> {
    /// What a dead thread left is only asked whether it is broken.
    fn line(&self) -> MutexGuard<'_, Line<'t, T>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the others when its thread dies.
struct Fall<'w, 't, T>(&'w Waiting<'t, T>);

impl<T> Drop for Fall<'_, '_, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.line().is_broken = true;
            self.0.moved.notify_all();
        }
    }
}

/// Does `count` pieces of work on `threads` threads, and gives what they bring to `take` in their order. When a piece begins, all
/// were taken that stand `ahead` or more before it; so at most that many wait to be taken. A panic in a piece is the caller's.
pub fn in_order<T: Send>(
    count: usize,
    threads: usize,
    ahead: usize,
    work: &(dyn Fn(usize) -> T + Sync),
    take: &mut (dyn FnMut(T) + Send),
) {
    let line = Line { next: 0, taken: 0, done: BTreeMap::new(), take, is_broken: false };
    let waiting = Waiting { line: Mutex::new(line), moved: Condvar::new() };
    let labour = || {
        let _fall = Fall(&waiting);
        loop {
            let mut line = waiting.line();
            while !line.is_broken && line.next < count && line.next - line.taken >= ahead {
                line = waiting.moved.wait(line).unwrap_or_else(PoisonError::into_inner);
            }
            if line.is_broken || line.next >= count {
                return;
            }
            let number = line.next;
            line.next += 1;
            drop(line);
            let outcome = work(number);
            let mut line = waiting.line();
            line.done.insert(number, outcome);
            let taken = line.taken;
            while let Some(outcome) = {
                let taken = line.taken;
                line.done.remove(&taken)
            } {
                line.taken += 1;
                (line.take)(outcome);
            }
            if line.taken > taken {
                waiting.moved.notify_all();
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(count) {
            scope.spawn(labour);
        }
        labour();
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn outcomes_come_in_order_however_many_do_the_work() {
        for threads in [1, 2, 5] {
            let mut taken = Vec::new();
            in_order(1000, threads, 7, &|number| number * 3, &mut |outcome| taken.push(outcome));
            assert_eq!(taken, (0..1000).map(|number| number * 3).collect::<Vec<_>>());
        }
        in_order(0, 4, 7, &|number| number, &mut |_| panic!("there is no work"));
    }

    #[test]
    fn no_piece_begins_before_those_far_before_it_were_taken() {
        let taken = AtomicUsize::new(0);
        let work = |number: usize| assert!(taken.load(Ordering::SeqCst) + 5 > number);
        in_order(2000, 3, 5, &work, &mut |()| {
            taken.fetch_add(1, Ordering::SeqCst);
        });
        assert_eq!(taken.load(Ordering::SeqCst), 2000);
    }

    #[test]
    fn a_panic_in_one_piece_ends_all_and_is_the_callers() {
        for bad in [0, 3, 99] {
            let work = |number| assert_ne!(number, bad, "this one is planted");
            let fallen = std::panic::catch_unwind(|| in_order(100, 3, 2, &work, &mut |()| {}));
            assert!(fallen.is_err());
        }
    }
}
