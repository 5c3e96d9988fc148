/* SPDX-License-Identifier: GPL-2.0-only */
/* OpenVE's /proc/vz/unread: see vz/abi.h and ve/unread.c of that kernel. */
#ifndef __CR_VZ_UNREAD_H__
#define __CR_VZ_UNREAD_H__

#include <linux/ioctl.h>
#include <stdint.h>

struct ve_mq_ask {
	int32_t queue;
	uint32_t uid;
	int32_t notify;
	int32_t pid;
	int32_t signo;
	uint32_t socket;
	uint64_t value;
	uint8_t cookie[32];
};

struct ve_mq_peek {
	int32_t queue;
	uint32_t index;
	uint32_t priority;
	uint32_t size;
	uint64_t bytes;
};

struct ve_udp_corked {
	int32_t socket;
	uint32_t family;
	uint32_t from[4];
	uint32_t to[4];
	uint16_t port;
	uint16_t segment;
	uint32_t device;
	int32_t ttl;
	int32_t tos;
	uint32_t label;
	uint32_t size;
	uint64_t bytes;
};

struct ve_inotify_event {
	int32_t inotify;
	uint32_t index;
	int32_t wd;
	uint32_t mask;
	uint32_t cookie;
	char name[256];
};

struct ve_file_state {
	int32_t file;
	uint32_t kind;
	uint32_t set;
	int32_t value;
};

#define VE_FILE_ERROR	1
#define VE_FILE_STOPPED 2

#define VE_MQ_ASK	_IOWR('v', 4, struct ve_mq_ask)
#define VE_MQ_PEEK	_IOWR('v', 5, struct ve_mq_peek)
#define VE_UDP_CORKED	_IOWR('v', 6, struct ve_udp_corked)
#define VE_INOTIFY_PEEK _IOWR('v', 7, struct ve_inotify_event)
#define VE_INOTIFY_PUT	_IOW('v', 8, struct ve_inotify_event)
#define VE_FILE_STATE	_IOWR('v', 13, struct ve_file_state)

/*
 * An ioctl of it, by CRIU's own processes, which see the host's /proc: opened once each, and
 * there until they end. -1 with errno; ENOENT without such a kernel, and where the call says so.
 */
extern int vz_unread(unsigned int cmd, void *arg);

#endif
