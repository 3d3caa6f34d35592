//! Standard output and files. A file is written beside its name and gets the name when it is whole: whoever looks at the name
//! sees the old content or all of the new, never a part.

use std::{
    fs::{self, File, Permissions},
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tempfile::{Builder, TempPath};

/// How large a pipe behind standard output is asked to be.
const PIPE_BYTES: usize = 1 << 20;

/// Where lines are written.
pub enum FileOutput {
    /// Standard output.
    Stdout,
    /// Something that is no regular file (a device, a FIFO): written directly.
    Direct(PathBuf, File),
    /// A file that gets its name in [`FileOutput::commit`]. Dropped before that, nothing is left of it.
    Beside {
        /// The name it will get.
        target: PathBuf,
        /// The name it has.
        temporary: TempPath,
        /// The file.
        file: File,
    },
}

impl FileOutput {
    /// Standard output, unless a path other than `-` is given. Fails now rather than at the end if it can't be written.
    pub fn open(path: Option<&Path>) -> io::Result<Self> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Self::Stdout);
        };
        let existing = fs::metadata(path).ok();
        if let Some(metadata) = &existing {
            if metadata.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            // Renaming over /dev/null would replace the device.
            if !metadata.is_file() {
                return Ok(Self::Direct(
                    path.into(),
                    File::options().write(true).open(path)?,
                ));
            }
        }
        // A link stays a link: its target is what is replaced.
        let target = if existing.is_some() {
            fs::canonicalize(path)?
        } else {
            path.to_path_buf()
        };
        let folder = target
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        // The mode of what is replaced, or what any program's new file would get.
        let mode = existing.map_or(0o666, |metadata| metadata.permissions().mode() & 0o777);
        let prefix = format!(
            ".{}.",
            target.file_name().unwrap_or_default().to_string_lossy()
        );
        let (file, temporary) = Builder::new()
            .prefix(&prefix)
            .suffix(".partial")
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(folder)
            // the name that it would have had until it is done says nothing to anybody
            .map_err(|error| io::Error::from(error.kind()))?
            .into_parts();
        Ok(Self::Beside {
            target,
            temporary,
            file,
        })
    }

    /// What the workers write to.
    pub fn writer(&self) -> io::Result<Box<dyn Write + Send>> {
        Ok(match self {
            // Not std's handle: it would look for line ends in every megabyte once more.
            Self::Stdout => {
                let fd = rustix::io::dup(io::stdout())?;
                let _ = rustix::pipe::fcntl_setpipe_size(&fd, PIPE_BYTES);
                Box::new(File::from(fd))
            }
            Self::Direct(_, file) | Self::Beside { file, .. } => Box::new(file.try_clone()?),
        })
    }

    /// As it stands in messages.
    pub fn name(&self) -> String {
        match self {
            Self::Stdout => "standard output".into(),
            Self::Direct(path, _) => path.display().to_string(),
            Self::Beside { target, .. } => target.display().to_string(),
        }
    }

    /// The half-written file, for whoever must remove it when the process ends at once.
    pub fn temporary(&self) -> Option<PathBuf> {
        match self {
            Self::Beside { temporary, .. } => Some(temporary.to_path_buf()),
            _ => None,
        }
    }

    /// Makes the file durable and gives it its name.
    pub fn commit(self) -> io::Result<()> {
        if let Self::Beside {
            target,
            temporary,
            file,
        } = self
        {
            file.sync_all()?;
            temporary.persist(&target).map_err(|error| error.error)?;
            // The name itself is durable once its folder is. Some file systems can't sync folders; the data are safe anyway.
            if let Some(folder) = target.parent().and_then(|folder| File::open(folder).ok()) {
                let _ = folder.sync_all();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_appears_when_all_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.ndjson");
        let output = FileOutput::open(Some(&target)).unwrap();
        output.writer().unwrap().write_all(b"{}\n").unwrap();
        assert!(!target.exists());
        output.commit().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"{}\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn dropped_before_that_the_old_content_stays_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("out.ndjson");
        fs::write(&target, "old").unwrap();
        let output = FileOutput::open(Some(&target)).unwrap();
        output.writer().unwrap().write_all(b"new").unwrap();
        drop(output);
        assert_eq!(fs::read(&target).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_device_is_not_replaced() {
        let output = FileOutput::open(Some(Path::new("/dev/null"))).unwrap();
        assert!(matches!(output, FileOutput::Direct(..)));
    }

    #[test]
    fn a_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(FileOutput::open(Some(folder.path())).is_err());
    }
}
