// SPDX-License-Identifier: GPL-2.0-or-later
/* Words for beancounters: values, units, what a refusal looks like to a program. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "include/vz/abi.h"
#include "libvz/err.h"
#include "libvz/setting.h"
#include "libvz/value.h"
#include "vzctl/options.h"
#include "vzctl/ubc_text.h"

#define PAGE	4096.0

static void scaled(double bytes, char buf[32])
{
	static const char unit[] = "BKMGTPE";
	int i = 0;

	while (bytes >= 1024 && unit[i + 1]) {
		bytes /= 1024;
		i++;
	}
	if (bytes < 1000 && bytes != (long)bytes)
		snprintf(buf, 32, "%.1f%c", bytes, unit[i]);
	else
		snprintf(buf, 32, "%.0f%c", bytes, unit[i]);
}

char *ub_value_text(enum ub_resource r, long v, bool raw, char buf[32])
{
	enum vz_unit u = vz_ub_unit(r);

	if (v == VZ_UNLIMITED)
		strcpy(buf, "unlimited");
	else if (raw || u == VZ_UNIT_COUNT || !v)
		snprintf(buf, 32, "%ld", v);
	else
		scaled(u == VZ_UNIT_PAGES ? v * PAGE : v, buf);
	return buf;
}

const char *ub_unit_name(enum ub_resource r)
{
	switch (vz_ub_unit(r)) {
	case VZ_UNIT_BYTES: return "bytes";
	case VZ_UNIT_PAGES: return "pages";
	default: return "items";
	}
}

const char *ub_symptom(enum ub_resource r)
{
	static const char *const saw[UB_NR_RESOURCES] = {
		[UB_KMEMSIZE] = "Cannot allocate memory (ENOMEM) from calls that need kernel memory: fork, open, "
			"mmap and others; a page fault that needs a page table ends the process with SIGKILL",
		[UB_LOCKEDPAGES] = "Cannot allocate memory (ENOMEM) from mlock and shmctl(SHM_LOCK), Resource "
			"temporarily unavailable (EAGAIN) from mmap after mlockall",
		[UB_PRIVVMPAGES] = "Cannot allocate memory (ENOMEM) from mmap, brk, mremap, mprotect or fork; a "
			"stack that cannot grow is a segmentation fault (SIGSEGV)",
		[UB_SHMPAGES] = "Cannot allocate memory (ENOMEM) from shmget and mmap, No space left on device "
			"(ENOSPC) from writes to a tmpfs, SIGBUS when a mapped hole is filled",
		[UB_NUMPROC] = "Resource temporarily unavailable (EAGAIN) from fork, vfork and clone: no new "
			"process and no new thread",
		[UB_PHYSPAGES] = "the memory was full and nothing could be reclaimed: the OOM killer ended a process "
			"of this container",
		[UB_OOMGUARPAGES] = "the OOM killer ended a process of this container; when physpages has refused "
			"too, for want of its own memory, else the host had no more",
		[UB_NUMTCPSOCK] = "Cannot allocate memory (ENOMEM) from socket, No buffer space available (ENOBUFS) "
			"with IPv6; connections that come in are not accepted and tried again by the peer",
		[UB_NUMFLOCK] = "No locks available (ENOLCK) from fcntl and flock",
		[UB_NUMPTY] = "No space left on device (ENOSPC) from opening /dev/ptmx: no new terminal",
		[UB_NUMSIGINFO] = "Resource temporarily unavailable (EAGAIN) from sigqueue; ordinary signals come "
			"without details",
		[UB_TCPSNDBUF] = "writes to TCP sockets wait, or say Resource temporarily unavailable (EAGAIN)",
		[UB_TCPRCVBUF] = "TCP packets that come in are dropped and sent again: slow connections",
		[UB_OTHERSOCKBUF] = "writes to UNIX, UDP and other sockets wait, or say No buffer space available "
			"(ENOBUFS) or EAGAIN",
		[UB_DGRAMRCVBUF] = "packets to UDP, netlink and packet sockets are dropped",
		[UB_NUMOTHERSOCK] = "No buffer space available (ENOBUFS) or Cannot allocate memory (ENOMEM) from "
			"socket and socketpair",
		[UB_DCACHESIZE] = "Cannot allocate memory (ENOMEM) from open, stat and other calls with a path",
		[UB_NUMFILE] = "Too many open files in system (ENFILE) from open, socket, pipe and others",
		[UB_NUMIPTENT] = "Cannot allocate memory (ENOMEM) from iptables and nft: the old rules stay",
		[UB_SWAPPAGES] = "nothing more could be swapped out; memory gets short sooner",
		[UB_NUMMOUNT] = "No space left on device (ENOSPC) from mount and from new mount namespaces",
		[UB_NUMNETIF] = "No space left on device (ENOSPC) from adding a network device",
		[UB_NUMNETNS] = "No space left on device (ENOSPC) from unshare and clone with a new network namespace",
		[UB_NUMNEIGH] = "No buffer space available (ENOBUFS) when sending to a neighbour not talked to before",
		[UB_NUMCONNTRACK] = "packets of new connections are dropped",
		[UB_NUMINOTIFY] = "No space left on device (ENOSPC) from inotify_add_watch",
		[UB_PIPEPAGES] = "Too many open files in system (ENFILE) from pipe, Operation not permitted (EPERM) from "
			"fcntl(F_SETPIPE_SZ)",
		[UB_NUMCGROUP] = "Resource temporarily unavailable (EAGAIN) from mkdir below /sys/fs/cgroup",
		[UB_NUMAIO] = "Resource temporarily unavailable (EAGAIN) from io_setup",
	};

	return saw[r] ? saw[r] : "nothing: this row refuses nothing";
}

int parse_format(const char *word, bool *json, struct vz_err *e)
{
	*json = !strcmp(word, "json");
	if (*json || !strcmp(word, "table"))
		return 0;
	return vz_error(e, VZ_BADSYNTAX, -EINVAL, "Invalid --format: %s (json or table)", word);
}

int next_word(int argc, char **argv, const struct option *opts, struct vz_err *e)
{
	return next_letter_option(argc, argv, "-", opts, VZ_BADSYNTAX, e);
}
