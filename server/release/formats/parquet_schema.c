/* SPDX-License-Identifier: Apache-2.0 */
#include "release/formats/parquet_schema_internal.h"

#define GROUP     (-1)
#define NODES     3 /* of a column, at most */
#define NO_LOGIC  0
#define ROOT_NAME "schema"

/* As the format numbers them. */
enum parquet_repetition { OPTIONAL = 1, REPEATED = 2 };
enum parquet_converted { CONVERTED_UTF8 = 0, CONVERTED_LIST = 3 };
enum parquet_logical { LOGICAL_STRING = 1, LOGICAL_LIST = 3 };

struct parquet_node {
	const char *name; /* NULL: the column's */
	int type;         /* enum parquet_type, or GROUP */
	enum parquet_repetition repetition;
	int children;
	int logical; /* enum parquet_logical or NO_LOGIC */
};

/*
 * A column, depth first; its leaves are the nodes without children. The definition level of a value
 * is how many nodes on its path may be missing: all.
 */
struct parquet_shape {
	size_t nodes, leaves;
	unsigned char defined;
	struct parquet_node node[NODES];
};

static const struct parquet_shape shapes[] = {
	[PARQUET_TEXT] = { 1, 1, 1, { { NULL, PARQUET_BYTE_ARRAY, OPTIONAL, 0, LOGICAL_STRING } } },
	[PARQUET_INTEGER] = { 1, 1, 1, { { NULL, PARQUET_INT64, OPTIONAL, 0, NO_LOGIC } } },
	[PARQUET_REAL] = { 1, 1, 1, { { NULL, PARQUET_DOUBLE, OPTIONAL, 0, NO_LOGIC } } },
	[PARQUET_FLAG] = { 1, 1, 1, { { NULL, PARQUET_BOOLEAN, OPTIONAL, 0, NO_LOGIC } } },
	[PARQUET_CLASS] = { 1, 1, 1, { { NULL, PARQUET_INT64, OPTIONAL, 0, NO_LOGIC } } },
	[PARQUET_LIST] = { 3,
	                   1,
	                   3,
	                   { { NULL, GROUP, OPTIONAL, 1, LOGICAL_LIST },
	                     { "list", GROUP, REPEATED, 1, NO_LOGIC },
	                     { "element", PARQUET_BYTE_ARRAY, OPTIONAL, 0, LOGICAL_STRING } } },
};

/* Of every kind of medium. */
static const struct parquet_shape medium_shape = {
	3,
	2,
	2,
	{ { NULL, GROUP, OPTIONAL, 2, NO_LOGIC },
	  { "bytes", PARQUET_BYTE_ARRAY, OPTIONAL, 0, NO_LOGIC },
	  { "path", PARQUET_BYTE_ARRAY, OPTIONAL, 0, LOGICAL_STRING } },
};

bool parquet_kind_is_medium(enum parquet_kind kind)
{
	return kind == PARQUET_IMAGE || kind == PARQUET_AUDIO || kind == PARQUET_VIDEO;
}

static const struct parquet_shape *shape_of(enum parquet_kind kind)
{
	return parquet_kind_is_medium(kind) ? &medium_shape : &shapes[kind];
}

size_t parquet_leaves(enum parquet_kind kind)
{
	return shape_of(kind)->leaves;
}

/* The path to a node: those before it that are groups, and itself. */
static void leaf_begin(struct parquet_leaf *leaf, const struct parquet_shape *shape, size_t node,
                       const char *name)
{
	size_t names = 0;

	*leaf = (struct parquet_leaf){ .type = (enum parquet_type)shape->node[node].type,
		                           .defined = shape->defined,
		                           .packed = true };
	for (size_t i = 0; i <= node; i++) {
		const struct parquet_node *on_path = &shape->node[i];

		if (i < node && on_path->type != GROUP)
			continue;
		leaf->path[names++] = on_path->name ? on_path->name : name;
		leaf->repeated |= on_path->repetition == REPEATED;
	}
}

void parquet_leaves_begin(struct parquet_leaf leaves[], const struct parquet_column *column)
{
	const struct parquet_shape *shape = shape_of(column->kind);

	size_t leaf = 0;

	for (size_t i = 0; i < shape->nodes; i++)
		if (shape->node[i].type != GROUP)
			leaf_begin(&leaves[leaf++], shape, i, column->name);
	if (parquet_kind_is_medium(column->kind))
		leaves[0].packed = false; /* its bytes: JPEG, MP4 and the like are compressed already */
}

static void write_logic(struct thrift *thrift, int logical)
{
	if (logical == NO_LOGIC)
		return;
	thrift_integer(thrift, 6, THRIFT_I32,
	               logical == LOGICAL_LIST ? CONVERTED_LIST : CONVERTED_UTF8);
	thrift_begin(thrift, 10);      /* LogicalType, */
	thrift_begin(thrift, logical); /* of which one member is set, a struct without fields */
	thrift_end(thrift);
	thrift_end(thrift);
}

static void write_node(struct thrift *thrift, const struct parquet_node *node, const char *name)
{
	thrift_element_begin(thrift);
	if (node->type != GROUP)
		thrift_integer(thrift, 1, THRIFT_I32, node->type);
	thrift_integer(thrift, 3, THRIFT_I32, node->repetition);
	thrift_text(thrift, 4, node->name ? node->name : name);
	if (node->children)
		thrift_integer(thrift, 5, THRIFT_I32, node->children);
	write_logic(thrift, node->logical);
	thrift_end(thrift);
}

void parquet_schema_write(struct thrift *thrift, int field, const struct parquet_column columns[],
                          size_t count)
{
	size_t nodes = 1;

	for (size_t c = 0; c < count; c++)
		nodes += shape_of(columns[c].kind)->nodes;
	thrift_list(thrift, field, THRIFT_STRUCT, nodes);
	thrift_element_begin(thrift);
	thrift_text(thrift, 4, ROOT_NAME);
	thrift_integer(thrift, 5, THRIFT_I32, (int64_t)count);
	thrift_end(thrift);
	for (size_t c = 0; c < count; c++)
		for (size_t i = 0; i < shape_of(columns[c].kind)->nodes; i++)
			write_node(thrift, &shape_of(columns[c].kind)->node[i], columns[c].name);
}
