//! A plain file that grows: whole lines out of it, wherever a look at it ends.

use std::{
    fs::{File, Metadata},
    io,
    os::unix::fs::FileExt,
};

use memchr::{memchr, memrchr};

use super::checkpoint::Head;
use crate::{
    input::lines::{LineLimits, too_long},
    pipeline::buffers::{cut, reserve, wipe},
};

/// A plain file.
pub struct Growing {
    file: File,
    limits: LineLimits,
    /// How it began when it was last looked at.
    pub head: Head,
    /// Where to read on.
    pub position: u64,
    /// Half a line right before `position`.
    carry: Vec<u8>,
    /// How long the line at the end is that is too long to be kept.
    skipping: Option<u64>,
}

impl Growing {
    /// Reads `file`, which began with `head` just now, from `position` on.
    pub fn new(file: File, limits: LineLimits, head: Head, position: u64) -> Self {
        Self {
            file,
            limits,
            head,
            position,
            carry: Vec::new(),
            skipping: None,
        }
    }

    /// What the file is now.
    pub fn metadata(&self) -> io::Result<Metadata> {
        self.file.metadata()
    }

    /// Whether something was read that is not handed out: half a line mostly.
    pub fn is_amid_line(&self) -> bool {
        !self.carry.is_empty() || self.skipping.is_some()
    }

    /// Reads on at `position`, the beginning of a line.
    pub fn go_to(&mut self, position: u64) {
        wipe(std::mem::take(&mut self.carry));
        self.position = position;
        self.skipping = None;
    }

    /// Whether the file is shorter than what was read of it, or begins otherwise.
    pub fn is_another(&self, length: u64) -> io::Result<bool> {
        if length < self.position {
            return Ok(true);
        }
        Ok(!self.head.fits(&read_head(&self.file)?))
    }

    /// Takes more of the beginning into account once it is there.
    pub fn learn_head(&mut self) -> io::Result<bool> {
        if self.head.length as usize >= Head::MOST {
            return Ok(false);
        }
        let head = Head::of(&read_head(&self.file)?);
        let is_more = head.length > self.head.length;
        self.head = head;
        Ok(is_more)
    }

    /// Fills `block` with whole lines (with half a one too, if nothing will follow) and says where they end.
    pub fn read(&mut self, block: &mut Vec<u8>, is_over: bool) -> io::Result<Option<u64>> {
        self.take_up(block);
        loop {
            let old = block.len();
            let most = self.limits.block.saturating_sub(old).max(64 << 10);
            reserve(block, most);
            let count = match self.fill(block) {
                Ok(count) => count,
                Err(error) => {
                    self.lay_down(block, 0);
                    return Err(error);
                }
            };
            if self.skipping.is_some() {
                match self.skip(block, is_over && count == 0) {
                    Some(end) => return Ok(Some(end)),
                    None if count == 0 => return Ok(None),
                    None => continue,
                }
            }
            if count == 0 {
                break;
            }
            let has_line = memchr(b'\n', &block[old..]).is_some();
            if !has_line && block.len() > self.limits.line {
                self.skipping = Some(block.len() as u64);
                wipe(std::mem::take(block));
            } else if has_line && block.len() >= self.limits.block {
                break;
            }
        }
        let whole = memrchr(b'\n', block).map_or(0, |at| at + 1);
        if is_over && whole == 0 && !block.is_empty() {
            // Nobody will complete this line, and the next file's first must not run into it.
            block.push(b'\n');
            return Ok(Some(self.position));
        }
        self.lay_down(block, whole);
        let end = self.position - self.carry.len() as u64;
        Ok((!block.is_empty()).then_some(end))
    }

    /// Puts the half line that is there in front of what will be read. A long one moves, a short one is copied: a file between two looks
    /// must not keep a block's memory, since there may be hundreds of files.
    fn take_up(&mut self, block: &mut Vec<u8>) {
        block.clear();
        if self.carry.len() >= self.limits.block {
            std::mem::swap(block, &mut self.carry);
        } else {
            reserve(block, self.carry.len());
            block.extend_from_slice(&self.carry);
        }
        wipe(std::mem::take(&mut self.carry));
    }

    /// Keeps what stands in `block` from `from` on until the rest of the line is there.
    fn lay_down(&mut self, block: &mut Vec<u8>, from: usize) {
        if from == 0 && block.len() >= self.limits.block {
            self.carry = std::mem::take(block);
        } else {
            self.carry = block[from..].to_vec();
            cut(block, from);
        }
    }

    fn fill(&mut self, block: &mut Vec<u8>) -> io::Result<usize> {
        loop {
            match rustix::io::pread(
                &self.file,
                rustix::buffer::spare_capacity(block),
                self.position,
            ) {
                Ok(count) => {
                    self.position += count as u64;
                    return Ok(count);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// `block` continues a line that is too long: leaves a record in its place once its end is there.
    fn skip(&mut self, block: &mut Vec<u8>, is_over: bool) -> Option<u64> {
        let before = self.skipping?;
        let found = memchr(b'\n', block);
        if found.is_none() && !is_over {
            self.skipping = Some(before + block.len() as u64);
            cut(block, 0);
            return None;
        }
        let rest = found.map_or(block.len(), |at| at + 1);
        let length = before + found.unwrap_or(block.len()) as u64;
        self.lay_down(block, rest);
        let end = self.position - self.carry.len() as u64;
        self.skipping = None;
        *block = too_long(
            length,
            Some(end - length - u64::from(found.is_some())),
            b"\n",
        );
        Some(end)
    }
}

/// The first bytes of a file.
pub fn read_head(file: &File) -> io::Result<Vec<u8>> {
    let mut head = vec![0; Head::MOST];
    let mut length = 0;
    while length < head.len() {
        match file.read_at(&mut head[length..], length as u64)? {
            0 => break,
            count => length += count,
        }
    }
    head.truncate(length);
    Ok(head)
}

/// Where the last whole line of a file of this length ends.
pub fn last_line_end(file: &File, length: u64) -> io::Result<u64> {
    let mut end = length;
    let mut piece = vec![0; 64 << 10];
    while end > 0 {
        let start = end.saturating_sub(piece.len() as u64);
        let piece = &mut piece[..(end - start) as usize];
        file.read_exact_at(piece, start)?;
        if let Some(at) = memrchr(b'\n', piece) {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}
