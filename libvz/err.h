/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors: every fallible function returns 0 or a negative errno and fills a
 * struct vz_err. Context is added on the way up; only main prints.
 */
#ifndef LIBVZ_ERR_H
#define LIBVZ_ERR_H

/*
 * X(NAME, what was wrong): causes of errors. Names, not numbers, go from host to
 * host; main has a table that makes its tool's exit code of a cause (exit.h).
 */
#define VZ_CAUSES(X) \
	X(SYSTEM, "a call of the host's kernel or C library failed") \
	X(NOMEM, "no memory") \
	X(RESOURCES, "something is used up that is not memory or disk") \
	X(NOSPACE, "the disk is full") \
	X(PERM, "not root") \
	X(TIMEOUT, "nothing happened in time") \
	X(BADKERNEL, "the kernel is not ours, or lacks what is needed") \
	X(NOCRIU, "CRIU is missing or too old") \
	X(CPU, "the processor lacks what a VE has seen") \
	X(BADSYNTAX, "unknown option, word missing or too many") \
	X(BADVALUE, "a value cannot be") \
	X(BADIP, "an address cannot be") \
	X(NOCONFIG, "the global configuration is missing") \
	X(HOSTCONF, "the global configuration does not allow it") \
	X(NOVECONFIG, "there is no such VE") \
	X(BADCONF, "a VE's configuration cannot be read") \
	X(SAVECONF, "a VE's configuration cannot be written") \
	X(COPYCONF, "a VE's configuration cannot be made") \
	X(UBCMISSING, "a beancounter is not set") \
	X(SET_UBC, "the kernel takes a limit not") \
	X(NOROOT, "VE_ROOT is not set") \
	X(NOPRIVATE, "VE_PRIVATE is not set") \
	X(PRIVATEMISSING, "the private area is missing") \
	X(PLOOP, "the private area has its files in an image") \
	X(PRIVATEEXISTS, "the private area exists") \
	X(VEEXISTS, "the VE exists") \
	X(NOOSTEMPLATE, "no template is named") \
	X(NOTEMPLATE, "the template is missing") \
	X(BADTEMPLATE, "the template is damaged") \
	X(QUOTA, "disk space cannot be counted or limited") \
	X(UGIDQUOTA, "users and groups in a VE cannot have a quota of their own") \
	X(CREATE, "the private area cannot be made") \
	X(DESTROY, "the private area cannot be removed") \
	X(MKROOT, "the root's mount point cannot be made") \
	X(MOUNT, "the root cannot be mounted") \
	X(UMOUNT, "the root cannot be unmounted") \
	X(MOUNTED, "the VE is mounted") \
	X(NOTMOUNTED, "the VE is not mounted") \
	X(RUNNING, "the VE runs") \
	X(NOTRUNNING, "the VE does not run") \
	X(FROZEN, "somebody has frozen the VE") \
	X(DISABLED, "this host may not run the VE") \
	X(LOCKED, "another command works on the VE") \
	X(STOPFAIL, "the VE does not stop") \
	X(CHKPNT, "the VE cannot be dumped") \
	X(RESTORE, "the VE cannot be restored or started") \
	X(SNAPSHOT, "a snapshot cannot be made") \
	X(SNAPSHOT_DELETE, "a snapshot cannot be deleted") \
	X(SNAPSHOT_SWITCH, "the VE cannot go on from a snapshot") \
	X(SNAPSHOT_MOUNT, "a snapshot cannot be mounted") \
	X(SNAPSHOT_UMOUNT, "a snapshot cannot be unmounted") \
	X(ADDIP, "an address cannot be set") \
	X(VETH, "an ethernet device cannot be set up") \
	X(IPUSED, "an address belongs to somebody else") \
	X(HOSTNAME, "the host name cannot be set") \
	X(BADDNS, "the resolver cannot be set") \
	X(PASSWD, "a password cannot be set") \
	X(SETNAME, "the name cannot be set") \
	X(COMMAND, "a program in the VE cannot be run") \
	X(ACTIONSCRIPT, "an action script failed") \
	X(WAIT, "the VE did not come up in time") \
	X(CONNECT, "the other host does not answer, or not as it should") \
	X(COPY, "files cannot be copied")

/* An errno of ours: what has the name of a file is none, and no folder either. */
#define VZ_ENOFILE	EMEDIUMTYPE
/* A text has a NUL in it. */
#define VZ_ENOTEXT	EILSEQ

enum vz_cause {
	VZ_NO_CAUSE,
#define VZ_CAUSE_ENUM(name, what)	VZ_##name,
	VZ_CAUSES(VZ_CAUSE_ENUM)
#undef VZ_CAUSE_ENUM
	VZ_NR_CAUSES,
};

/* strerror(err), which knows ours. */
const char *vz_reason(int err);
/* Of an errno (positive) that a path which the caller gave has met: BADVALUE, NOSPACE, SYSTEM. */
enum vz_cause vz_cause_of_path(int err);
/* "LOCKED"; NULL for what is none. And back, VZ_NO_CAUSE for an unknown name. */
const char *vz_cause_name(enum vz_cause cause);
enum vz_cause vz_cause_find(const char *name);

/**
 * struct vz_err - what went wrong
 * @cause: for main, and for callers that know what to do about it
 * @err: negative errno
 * @msg: plain text (plain.h), no newline at its end, malloc'ed; NULL when there is no error
 */
struct vz_err {
	enum vz_cause cause;
	int err;
	char *msg;
};

/*
 * Set the error and return @err (negative errno). Replaces what was there.
 * The text says what was wrong, where, and what to do.
 */
int vz_error(struct vz_err *e, enum vz_cause cause, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* As vz_error() with ": " and vz_reason(-err) behind the text. */
int vz_error_sys(struct vz_err *e, enum vz_cause cause, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Put "text: " before the message; return e->err. */
int vz_error_context(struct vz_err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

void vz_error_free(struct vz_err *e);

#endif /* LIBVZ_ERR_H */
