/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors: every fallible function returns 0 or a negative errno and fills a
 * struct vz_err. Context is added on the way up; only main prints.
 */
#ifndef LIBVZ_ERR_H
#define LIBVZ_ERR_H

/* Classic exit codes (vzctl 4.x), those in use. Source: openvz-userland ABI table 1.6. */
enum vz_exit {
	VZ_OK = 0,
	VZ_SET_UBC = 1,
	VZ_SYSTEM = 3,
	VZ_BADKERNEL = 5,
	VZ_RESOURCES = 6,
	VZ_COMMAND = 8,
	VZ_LOCKED = 9,
	VZ_NOCONFIG = 10,
	VZ_NOSCRIPT = 11,
	VZ_PERM = 12,
	VZ_NOVECONFIG = 14,
	VZ_TIMEOUT = 15,
	VZ_CHKPNT = 16,
	VZ_RESTORE = 17,
	VZ_BADSYNTAX = 20,
	VZ_BADVALUE = 21,
	VZ_NOROOT = 22,
	VZ_NOPRIVATE = 23,
	VZ_UBCMISSING = 28,
	VZ_NOOSTEMPLATE = 29,
	VZ_NOTRUNNING = 31,
	VZ_RUNNING = 32,
	VZ_STOPFAIL = 33,
	VZ_ADDIP = 34,
	VZ_NOTMOUNTED = 40,
	VZ_MOUNTED = 41,
	VZ_PRIVATEMISSING = 43,
	VZ_PRIVATEEXISTS = 44,
	VZ_NOSPACE = 46,
	VZ_BADTEMPLATE = 47,
	VZ_CREATE = 48,
	VZ_MKROOT = 49,
	VZ_MOUNT = 50,
	VZ_UMOUNT = 51,
	VZ_DESTROY = 52,
	VZ_HOSTNAME = 70,
	VZ_BADIP = 71,
	VZ_BADDNS = 72,
	VZ_PASSWD = 74,
	VZ_IPUSED = 78,
	VZ_ACTIONSCRIPT = 79,
	VZ_COPYCONF = 82,
	VZ_BADCONF = 85,
	VZ_NOTEMPLATE = 91,
	VZ_DISABLED = 105,
	VZ_SETNAME = 131,
	VZ_SAVECONF = 139,
	VZ_NOMEM = VZ_RESOURCES,
};

/**
 * struct vz_err - what went wrong
 * @exit: exit code for main
 * @err: negative errno
 * @msg: text without newline, malloc'ed; NULL when there is no error
 */
struct vz_err {
	int exit;
	int err;
	char *msg;
};

/*
 * Set the error and return @err (negative errno). Replaces what was there.
 * The text says what was wrong, where, and what to do.
 */
int vz_error(struct vz_err *e, int exit, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* As vz_error() with ": " and strerror(-err) behind the text. */
int vz_error_sys(struct vz_err *e, int exit, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Put "text: " before the message; return e->err. */
int vz_error_context(struct vz_err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

void vz_error_free(struct vz_err *e);

#endif /* LIBVZ_ERR_H */
