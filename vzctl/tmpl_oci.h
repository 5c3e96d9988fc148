/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OCI image layouts as a source of templates. */
#ifndef VZCTL_TMPL_OCI_H
#define VZCTL_TMPL_OCI_H

struct tmpl_pack;
struct vz_err;

/* A folder: digests of all that is read are checked, layers lie over each other. */
int tmpl_oci_read(int layout, struct tmpl_pack *p, struct vz_err *e);

#endif /* VZCTL_TMPL_OCI_H */
