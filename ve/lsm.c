// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ve LSM: refusals for which a security hook exists. The rules are in
 * refuse.c. It stands last, where no lsm= on the command line removes it.
 *
 * Hot hooks (capable, inode_permission, file_open) are not registered.
 */
#include <linux/key.h>
#include <linux/lsm_hooks.h>
#include <linux/security.h>
#include <vz/object.h>

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
	return need_feature(VE_FEATURE_NESTING);
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
	return need_feature(VE_FEATURE_KEYS);
}
#endif

static int ve_socket_create(int family, int type, int protocol, int kern)
{
	if (kern || !enforced())
		return 0;
	if (!ve_allows_family(family))
		return -EAFNOSUPPORT;
	return ve_allows_protocol(family, type, protocol) ? 0 : -EPROTONOSUPPORT;
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

static struct security_hook_list ve_hooks[] __ro_after_init = {
	LSM_HOOK_INIT(userns_create, ve_userns_create),
#ifdef CONFIG_BPF_SYSCALL
	LSM_HOOK_INIT(bpf, ve_bpf),
#endif
#ifdef CONFIG_KEYS
	LSM_HOOK_INIT(key_alloc, ve_key_alloc),
#endif
	LSM_HOOK_INIT(socket_create, ve_socket_create),
	LSM_HOOK_INIT(kernel_module_request, ve_module_request),
	LSM_HOOK_INIT(syslog, ve_syslog),
	LSM_HOOK_INIT(inode_init_security_anon, ve_init_security_anon),
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
