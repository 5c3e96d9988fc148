// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ve LSM: refusals for which a security hook exists. The rules are in
 * refuse.c. It stands last, where no lsm= on the command line removes it.
 *
 * Hot hooks (capable, inode_permission) are not registered; file_open is one
 * test of a mode for what is no device.
 */
#include <linux/fs.h>
#include <linux/key.h>
#include <linux/lsm_hooks.h>
#include <linux/security.h>
#include <vz/object.h>

#include "attributes.h"
#include "devices.h"
#include "log.h"
#include "netfilter.h"
#include "refuse.h"

/* Numbers from 1000 on are not given out by the kernel. */
#define LSM_ID_VE	1000

static struct ve *enforced(void)
{
	return VE_HOOK(ve_enforced(), NULL);
}

static int need_feature(enum ve_feature feature)
{
	struct ve *ve = enforced();

	return !ve || ve_has_feature(ve, feature) ? 0 : -EPERM;
}

static int ve_userns_create(const struct cred *cred)
{
	struct ve *ve = enforced();

	/* PrivateUsers= of a unit: that one can be checkpointed. */
	if (!ve || ve_may_own(ve, cred->user_ns))
		return 0;
	/* Services of a distribution that fail for it say no more than that they failed. */
	ve_log_refused(ve, "a user namespace in another (feature userns)");
	return -EPERM;
}

#ifdef CONFIG_BPF_SYSCALL
static int ve_bpf(int cmd, union bpf_attr *attr, unsigned int size)
{
	return need_feature(VE_FEATURE_BPF);
}
#endif

#ifdef CONFIG_KEYS
static int ve_key_alloc(struct key *key, const struct cred *cred,
			unsigned long flags)
{
	/* Containers inside have a session keyring each; its memory is the VE's. */
	return need_feature(VE_FEATURE_NESTING) ? need_feature(VE_FEATURE_KEYS) : 0;
}
#endif

static int ve_socket_create(int family, int type, int protocol, int kern)
{
	struct ve *ve = kern ? NULL : enforced();

	if (!ve)
		return 0;
	if (!ve_allows_family(family))
		return -EAFNOSUPPORT;
	if (!ve_allows_protocol(family, type, protocol))
		return -EPROTONOSUPPORT;
	return ve_check_netfilter_socket(ve, family, protocol);
}

/* Tables are read and written by options of a raw socket. */
static int ve_socket_getsockopt(struct socket *sock, int level, int option)
{
	struct ve *ve = enforced();

	return ve ? ve_check_netfilter_option(ve, level, option) : 0;
}

static int ve_socket_setsockopt(struct socket *sock, int level, int option)
{
	struct ve *ve = enforced();

	if (!ve)
		return 0;
	if (!ve_allows_socket_option(level, option))
		return -EPERM;
	return ve_check_netfilter_option(ve, level, option);
}

static int ve_module_request(char *name)
{
	struct ve *ve = enforced();

	return !ve || ve_allows_module(ve->features, name) ? 0 : -EPERM;
}

/* The log is the host's, whatever kernel.dmesg_restrict says. */
static int ve_syslog(int type)
{
	return enforced() ? -EPERM : 0;
}

/* Kinds of anonymous files that do not pass __anon_inode_getfile(). */
static int ve_init_security_anon(struct inode *inode, const struct qstr *name,
				 const struct inode *context)
{
	struct ve *ve = enforced();

	return !ve || ve_allows_anon_inode(ve->features, name->name) ? 0 : -EPERM;
}

/* What is opened for neither (access mode 3) is opened for ioctl(2): asked for both. */
static unsigned int open_access(const struct file *file)
{
	unsigned int access = 0;

	if (file->f_mode & FMODE_READ)
		access |= VE_DEVICE_READ;
	if (file->f_mode & FMODE_WRITE)
		access |= VE_DEVICE_WRITE;
	return access ?: VE_DEVICE_READ | VE_DEVICE_WRITE;
}

static int ve_file_open(struct file *file)
{
	const struct inode *inode = file_inode(file);
	struct ve *ve;

	if (likely(!S_ISCHR(inode->i_mode) && !S_ISBLK(inode->i_mode)))
		return 0;
	ve = enforced();
	return ve ? ve_check_device(ve, inode->i_mode, inode->i_rdev, open_access(file)) : 0;
}

/* A whiteout is no device. */
static int ve_inode_mknod(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev)
{
	struct ve *ve;

	if ((!S_ISCHR(mode) && !S_ISBLK(mode)) || (S_ISCHR(mode) && dev == WHITEOUT_DEV))
		return 0;
	ve = enforced();
	return ve ? ve_check_device(ve, mode, dev, VE_DEVICE_MKNOD) : 0;
}

/* Finds a file system by the node of its disk, which is not opened for that. */
static int ve_quotactl(int cmds, int type, int id, const struct super_block *sb)
{
	return enforced() && (!sb || !user_ns_ve(sb->s_user_ns)) ? -EPERM : 0;
}

/* Modes, owners, times and extended attributes of what others see too. */
static int ve_inode_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr)
{
	if (attr->ia_valid & ATTR_SIZE)	/* O_TRUNC of a file that only has a handler */
		return 0;
	return enforced() ? ve_check_attributes(d_inode(dentry)) : 0;
}

static int ve_inode_setxattr(struct mnt_idmap *idmap, struct dentry *dentry, const char *name,
			     const void *value, size_t size, int flags)
{
	return enforced() ? ve_check_attributes(d_inode(dentry)) : 0;
}

static int ve_inode_removexattr(struct mnt_idmap *idmap, struct dentry *dentry, const char *name)
{
	return enforced() ? ve_check_attributes(d_inode(dentry)) : 0;
}

static int ve_inode_set_acl(struct mnt_idmap *idmap, struct dentry *dentry, const char *name,
			    struct posix_acl *acl)
{
	return enforced() ? ve_check_attributes(d_inode(dentry)) : 0;
}

static int ve_inode_remove_acl(struct mnt_idmap *idmap, struct dentry *dentry, const char *name)
{
	return enforced() ? ve_check_attributes(d_inode(dentry)) : 0;
}

static struct security_hook_list ve_hooks[] __ro_after_init = {
	LSM_HOOK_INIT(userns_create, ve_userns_create),
#ifdef CONFIG_BPF_SYSCALL
	LSM_HOOK_INIT(bpf, ve_bpf),
#endif
#ifdef CONFIG_KEYS
	LSM_HOOK_INIT(key_alloc, ve_key_alloc),
#endif
	LSM_HOOK_INIT(socket_create, ve_socket_create),
	LSM_HOOK_INIT(socket_setsockopt, ve_socket_setsockopt),
	LSM_HOOK_INIT(socket_getsockopt, ve_socket_getsockopt),
	LSM_HOOK_INIT(kernel_module_request, ve_module_request),
	LSM_HOOK_INIT(syslog, ve_syslog),
	LSM_HOOK_INIT(inode_init_security_anon, ve_init_security_anon),
	LSM_HOOK_INIT(file_open, ve_file_open),
	LSM_HOOK_INIT(inode_mknod, ve_inode_mknod),
	LSM_HOOK_INIT(quotactl, ve_quotactl),
	LSM_HOOK_INIT(inode_setattr, ve_inode_setattr),
	LSM_HOOK_INIT(inode_setxattr, ve_inode_setxattr),
	LSM_HOOK_INIT(inode_removexattr, ve_inode_removexattr),
	LSM_HOOK_INIT(inode_set_acl, ve_inode_set_acl),
	LSM_HOOK_INIT(inode_remove_acl, ve_inode_remove_acl),
};

static const struct lsm_id ve_lsmid = {
	.name	= "ve",
	.id	= LSM_ID_VE,
};

static int __init ve_lsm_init(void)
{
	security_add_hooks(ve_hooks, ARRAY_SIZE(ve_hooks), &ve_lsmid);
	return 0;
}

DEFINE_LSM(ve) = {
	.name	= "ve",
	.init	= ve_lsm_init,
	.order	= LSM_ORDER_LAST,
};
