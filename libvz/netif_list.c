// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of a VE's ethernet devices, and how options change it. A device is found by its name and
 * by that of its other end through sums; it keeps the text that it came with.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "libvz/cleanup.h"
#include "libvz/err.h"
#include "libvz/netif_field.h"
#include "libvz/netif_list.h"

#define FIELDS	5	/* ifname, mac, host_ifname, host_mac, bridge */
#define SUMS	1024

enum { BY_NAME, BY_HOST, NR_KEYS };

/* One that was taken away has no text. */
struct device {
	char *text;
	char key[NR_KEYS][VZ_NETIF_FIELD];
	struct device *next[NR_KEYS];	/* with the same sum */
};

struct vz_netifs {
	struct device **device;
	size_t n;
	struct device *first[NR_KEYS][SUMS];
	unsigned int free_nr;		/* lower ones are in names that were made up */
};

static unsigned int sum_of(const char *key)
{
	unsigned int h = 0;

	for (; *key; key++)
		h = h * 31 + (unsigned char)*key;
	return h % SUMS;
}

static struct device *find(const struct vz_netifs *l, int by, const char *key)
{
	struct device *d = l->first[by][sum_of(key)];

	while (d && strcmp(d->key[by], key))
		d = d->next[by];
	return d;
}

static void key_put(struct vz_netifs *l, struct device *d, int by)
{
	struct device **first = &l->first[by][sum_of(d->key[by])];

	d->next[by] = *first;
	*first = d;
}

static void key_take(struct vz_netifs *l, const struct device *d, int by)
{
	struct device **p = &l->first[by][sum_of(d->key[by])];

	while (*p && *p != d)
		p = &(*p)->next[by];
	if (*p)
		*p = d->next[by];
}

static void keys_read(struct vz_netifs *l, struct device *d)
{
	static const char *const field[NR_KEYS] = { "ifname", "host_ifname" };

	for (int by = 0; by < NR_KEYS; by++) {
		vz_netif_field(d->text, strlen(d->text), field[by], d->key[by],
			       sizeof(d->key[by]));
		key_put(l, d, by);
	}
}

/* Takes text, which is malloc'ed or NULL. */
static int append(struct vz_netifs *l, char *text)
{
	struct device *d = text ? calloc(1, sizeof(*d)) : NULL;
	struct device **more = l->device;

	/* There is room up to the next power of two. */
	if (d && !(l->n & (l->n - 1)))
		more = reallocarray(more, l->n ? 2 * l->n : 1, sizeof(*more));
	if (!d || !more) {
		free(d);
		free(text);
		return -ENOMEM;
	}
	l->device = more;
	l->device[l->n++] = d;
	d->text = text;
	keys_read(l, d);
	return 0;
}

static void drop(struct vz_netifs *l, struct device *d)
{
	unsigned int nr;

	if (sscanf(d->key[BY_HOST], "veth%*u.%u", &nr) == 1 && nr < l->free_nr)
		l->free_nr = nr;
	for (int by = 0; by < NR_KEYS; by++)
		key_take(l, d, by);
	free(d->text);
	d->text = NULL;
}

struct vz_netifs *vz_netifs_open(const char *text)
{
	struct vz_netifs *l = calloc(1, sizeof(*l));

	while (l && text && *text) {
		size_t n = strcspn(text, ";");

		if (n && append(l, strndup(text, n))) {
			vz_netifs_free(l);
			return NULL;
		}
		text += n + (text[n] == ';');
	}
	return l;
}

void vz_netifs_free(struct vz_netifs *l)
{
	for (size_t i = 0; l && i < l->n; i++) {
		free(l->device[i]->text);
		free(l->device[i]);
	}
	if (l)
		free(l->device);
	free(l);
}

char *vz_netifs_text(const struct vz_netifs *l)
{
	char *text = NULL;
	const char *sep = "";
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (!out)
		return NULL;
	for (size_t i = 0; i < l->n; i++)
		if (l->device[i]->text) {
			fprintf(out, "%s%s", sep, l->device[i]->text);
			sep = ";";
		}
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

/* ---- one more, one less ---- */

static int no_memory(struct vz_err *e)
{
	return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "NETIF");
}

static void make_mac(char *mac)
{
	unsigned char b[6];

	if (getrandom(b, sizeof(b), 0) != sizeof(b))
		abort();
	/* Given out by nobody, for one station. */
	b[0] = (b[0] & 0xfc) | 2;
	snprintf(mac, VZ_NETIF_FIELD, "%02x:%02x:%02x:%02x:%02x:%02x",
		 b[0], b[1], b[2], b[3], b[4], b[5]);
}

/* A name on the host that no other device of the list has. */
static void make_host(struct vz_netifs *l, unsigned int id, char *host)
{
	do
		snprintf(host, VZ_NETIF_FIELD, "veth%u.%u", id, l->free_nr++);
	while (find(l, BY_HOST, host));
}

static int split(const char *arg, char field[FIELDS][VZ_NETIF_FIELD])
{
	for (int i = 0; i < FIELDS; i++) {
		size_t n = strcspn(arg, ",");

		if (n >= VZ_NETIF_FIELD)
			return -EINVAL;
		memcpy(field[i], arg, n);
		field[i][n] = '\0';
		arg += n + (arg[n] == ',');
	}
	return *arg ? -EINVAL : 0;
}

static bool fields_valid(char field[FIELDS][VZ_NETIF_FIELD])
{
	return vz_netif_name_valid(field[0]) && (!*field[1] || vz_netif_mac_valid(field[1])) &&
	       (!*field[2] || vz_netif_name_valid(field[2])) &&
	       (!*field[3] || vz_netif_mac_valid(field[3])) &&
	       (!*field[4] || vz_netif_name_valid(field[4]));
}

int vz_netifs_add(struct vz_netifs *l, unsigned int id, const char *arg, struct vz_err *e)
{
	char f[FIELDS][VZ_NETIF_FIELD] = { "" };
	struct device *old;
	char *text;

	if (split(arg, f) || !fields_valid(f))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid network device: %s "
				"(ifname[,mac,host_ifname,host_mac,bridge])", arg);
	while ((old = find(l, BY_NAME, f[0])))
		drop(l, old);
	if (*f[2] && find(l, BY_HOST, f[2]))
		return vz_error(e, VZ_BADVALUE, -EEXIST,
				"Another device of the CT is called %s on the host", f[2]);
	if (!*f[2])
		make_host(l, id, f[2]);
	for (int i = 1; i <= 3; i += 2)
		if (!*f[i])
			make_mac(f[i]);
	/* libvirt looks for ifname first. */
	if (asprintf(&text, "ifname=%s%s%s,mac=%s,host_ifname=%s,host_mac=%s", f[0],
		     *f[4] ? ",bridge=" : "", f[4], f[1], f[2], f[3]) < 0)
		return no_memory(e);
	return append(l, text) ? no_memory(e) : 0;
}

int vz_netifs_del(struct vz_netifs *l, const char *name, struct vz_err *e)
{
	bool all = !strcmp(name, "all");
	struct device *d;

	if (!all && !find(l, BY_NAME, name))
		return vz_error(e, VZ_BADVALUE, -ENOENT, "The CT has no device %s", name);
	for (size_t i = 0; all && i < l->n; i++)
		if (l->device[i]->text)
			drop(l, l->device[i]);
	while (!all && (d = find(l, BY_NAME, name)))
		drop(l, d);
	return 0;
}

/* ---- one field ---- */

/* One device's text with the field's value in place of what was there. */
static void put_edited(FILE *out, const char *device, const char *field, const char *value)
{
	const char *p = device, *sep = "";
	size_t k = strlen(field);
	bool put = false;

	while (*p) {
		size_t len = strcspn(p, ",");

		if (len && !strncmp(p, field, k) && p[k] == '=') {
			if (*value && !put)
				fprintf(out, "%s%s=%s", sep, field, value);
			put = true;
		} else if (len) {
			fprintf(out, "%s%.*s", sep, (int)len, p);
		}
		sep = ",";
		p += len + (p[len] == ',');
	}
	if (*value && !put)
		fprintf(out, "%s%s=%s", sep, field, value);
}

static int edit_one(struct vz_netifs *l, struct device *d, const char *field, const char *value)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (!out)
		return -ENOMEM;
	put_edited(out, d->text, field, value);
	if (fclose(out)) {
		free(text);
		return -ENOMEM;
	}
	for (int by = 0; by < NR_KEYS; by++)
		key_take(l, d, by);
	free(d->text);
	d->text = text;
	keys_read(l, d);
	return 0;
}

int vz_netifs_want(const struct vz_netifs *l, const char *name, struct vz_err *e)
{
	return find(l, BY_NAME, name) ? 0 :
	       vz_error(e, VZ_BADVALUE, -ENOENT,
			"The CT has no device %s: --netif_add makes one", name);
}

int vz_netifs_edit(struct vz_netifs *l, const char *name, const char *field, const char *value,
		   struct vz_err *e)
{
	struct device *d = find(l, BY_NAME, name);
	cleanup_free char *ips = NULL;
	const struct device *other;

	if (!d)
		return vz_netifs_want(l, name, e);
	if (!vz_netif_field_valid(field, value))
		return vz_error(e, VZ_BADVALUE, -EINVAL, "Invalid value for --%s: %s", field,
				value);
	if (!strcmp(field, "ip_filter") && strcmp(value, "off")) {
		ips = vz_netif_ips(value);
		if (!ips)
			return no_memory(e);
		value = ips;
	}
	other = strcmp(field, "host_ifname") ? d : find(l, BY_HOST, value);
	if (other && other != d)
		return vz_error(e, VZ_BADVALUE, -EEXIST,
				"Another device of the CT is called %s on the host", value);
	return edit_one(l, d, field, value) ? no_memory(e) : 0;
}

/* ---- what a list of another host leaves out ---- */

static int complete_one(struct vz_netifs *l, struct device *d, unsigned int id, bool *changed)
{
	static const char *const fields[] = { "mac", "host_ifname", "host_mac" };
	char value[VZ_NETIF_FIELD];
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(fields) / sizeof(fields[0]); i++) {
		vz_netif_field(d->text, strlen(d->text), fields[i], value, sizeof(value));
		if (*value)
			continue;
		if (i == 1)
			make_host(l, id, value);
		else
			make_mac(value);
		ret = edit_one(l, d, fields[i], value);
		*changed = true;
	}
	return ret;
}

int vz_netifs_complete(struct vz_netifs *l, unsigned int id, bool *changed, struct vz_err *e)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->device[i]->text && complete_one(l, l->device[i], id, changed))
			return no_memory(e);
	return 0;
}
