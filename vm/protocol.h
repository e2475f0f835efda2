/* SPDX-License-Identifier: MIT */
/*
 * What vmrun on the host and init in the guest agree on.
 *
 * VM_SPEC_FILE in the initramfs says what to do: records "KEY=VALUE", each
 * ended by a zero byte, in order:
 *
 *	arg=WORD	the command, one record a word
 *	env=NAME=VALUE	its environment
 *	cwd=DIR		its working directory
 *	share=DIR	a directory that is writable for real, 9p tag shareN
 *	modules=DIR	the module tree to see as /lib/modules/RELEASE
 *	firmware=DIR	where the kernel looks for firmware first
 *	load=MODULE	a module to load before the command starts
 *	tty=ROWSxCOLS	give the command a terminal
 *	watched=1	the debug kernel: look for lost memory at the end
 *
 * Bytes travel on one virtio-serial port each for stdin, stdout, stderr and
 * the records of /dev/kmsg, so that none can block the other.  The control
 * port carries lines.  Guest to host:
 *
 *	start			the command is about to run
 *	exit STATUS OUT ERR LOG	it has ended, after so many bytes on the ports
 *	fail TEXT		it could not be run
 *
 * Host to guest:
 *
 *	eof TOTAL		stdin ends after so many bytes
 *	closed out|err		nobody reads this any more
 *	size ROWS COLS		of the terminal
 *
 * A port of its own is for faults, asked for by vm-inject, see inject.c:
 *
 *	ID NUMBER WORD...	do this to the device of the NUMBERth --device
 *	ID TEXT			of the answer
 *	ID ok			its last line
 *	ID error: REASON	or this
 *
 * ID is the asking process's own word, as one may have died before its answer
 * came.
 *
 * The counts are there because ports are not ordered among each other.
 */
#ifndef VM_PROTOCOL_H
#define VM_PROTOCOL_H

#define VM_SPEC_FILE "/spec"
#define VM_ROOT_TAG "axle-root"
#define VM_INJECT_LINE 1024 /* bytes of a line there, with its end */
#define VM_SHARE_TAG "axle-share"

enum vm_port {
	VM_PORT_CTL = 1,
	VM_PORT_IN,
	VM_PORT_OUT,
	VM_PORT_ERR,
	VM_PORT_LOG,
	VM_PORT_INIT_END, /* up to here they are init's */
	VM_PORT_INJECT = VM_PORT_INIT_END,
	VM_PORT_END,
};

#endif
