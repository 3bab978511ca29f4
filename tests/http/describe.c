/* SPDX-License-Identifier: Apache-2.0 */
#include "describe.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static json_t *document;

__attribute__((destructor)) static void forget(void)
{
	json_decref(document);
}

void describe_begin(void)
{
	document = json_load_file("static/openapi.json", JSON_REJECT_DUPLICATES, NULL);
	if (!document)
		abort();
}

const json_t *described(void)
{
	return document;
}

static const char *fits(const json_t *value, const json_t *schema, const char *where);

static bool is_of_type(const json_t *value, const char *type)
{
	return (strcmp(type, "object") == 0 && json_is_object(value)) ||
	       (strcmp(type, "array") == 0 && json_is_array(value)) ||
	       (strcmp(type, "string") == 0 && json_is_string(value)) ||
	       (strcmp(type, "integer") == 0 && json_is_integer(value)) ||
	       (strcmp(type, "number") == 0 && json_is_number(value)) ||
	       (strcmp(type, "boolean") == 0 && json_is_boolean(value)) ||
	       (strcmp(type, "null") == 0 && json_is_null(value));
}

static const char *fits_type(const json_t *value, const json_t *type, const char *where)
{
	size_t i;
	json_t *one;

	if (!type || (json_is_string(type) && is_of_type(value, json_string_value(type))))
		return NULL;
	json_array_foreach (type, i, one)
		if (is_of_type(value, json_string_value(one)))
			return NULL;
	return say("%s is of another type", where);
}

static const char *fits_object(const json_t *object, const json_t *schema, const char *where)
{
	json_t *properties = json_object_get(schema, "properties"), *value, *name;
	const char *key, *wrong;
	size_t i;

	json_array_foreach (json_object_get(schema, "required"), i, name)
		if (!json_object_get(object, json_string_value(name)))
			return say("%s lacks %s", where, json_string_value(name));
	json_object_foreach ((json_t *)(uintptr_t)object, key, value) {
		json_t *property = json_object_get(properties, key);

		if (properties && !property)
			return say("%s/%s is not described", where, key);
		if (property && (wrong = fits(value, property, say("%s/%s", where, key))))
			return wrong;
	}
	return NULL;
}

static const char *fits_array(const json_t *array, const json_t *schema, const char *where)
{
	json_t *least = json_object_get(schema, "minItems"),
		   *most = json_object_get(schema, "maxItems");
	json_t *items = json_object_get(schema, "items"), *value;
	json_int_t count = (json_int_t)json_array_size(array);
	const char *wrong;
	size_t i;

	if ((least && count < json_integer_value(least)) || (most && count > json_integer_value(most)))
		return say("%s has %lld elements", where, (long long)count);
	json_array_foreach (array, i, value)
		if (items && (wrong = fits(value, items, say("%s/%zu", where, i))))
			return wrong;
	return NULL;
}

static const char *fits_bounds(const json_t *value, const json_t *schema, const char *where)
{
	json_t *least = json_object_get(schema, "minimum"), *most = json_object_get(schema, "maximum");
	json_t *choices = json_object_get(schema, "enum"), *only = json_object_get(schema, "const");
	json_t *choice;
	bool known = !choices;
	size_t i;

	if (json_is_number(value) && ((least && json_number_value(value) < json_number_value(least)) ||
	                              (most && json_number_value(value) > json_number_value(most))))
		return say("%s is %g", where, json_number_value(value));
	json_array_foreach (choices, i, choice)
		known = known || json_equal(choice, value);
	return known && (!only || json_equal(only, value)) ? NULL
	                                                   : say("%s is none of the choices", where);
}

static const char *fits_any(const json_t *value, const json_t *schemas, const char *where)
{
	const char *wrong = NULL;
	json_t *schema;
	size_t i;

	json_array_foreach (schemas, i, schema) {
		const char *one = fits(value, schema, where);
		if (!one)
			return NULL;
		wrong = wrong ? wrong : one;
	}
	return wrong;
}

static const json_t *follow(const json_t *schema)
{
	const char *ref = json_string_value(json_object_get(schema, "$ref"));

	return ref ? at(document, ref + strlen("#/")) : schema;
}

static const char *fits(const json_t *value, const json_t *schema, const char *where)
{
	const char *wrong = NULL;

	schema = follow(schema);
	if (!schema)
		return say("%s: a reference leads nowhere", where);
	if (json_object_get(schema, "anyOf"))
		return fits_any(value, json_object_get(schema, "anyOf"), where);
	if (!(wrong = fits_type(value, json_object_get(schema, "type"), where)) &&
	    !(wrong = fits_bounds(value, schema, where)) && json_is_object(value))
		wrong = fits_object(value, schema, where);
	if (!wrong && json_is_array(value))
		wrong = fits_array(value, schema, where);
	return wrong;
}

const char *describe_fits(const json_t *value, const char *schema_name)
{
	return fits(value, at(document, say("components/schemas/%s", schema_name)), "");
}

const char *describe_template(const char *path)
{
	const char *text = "";

	while (*path) {
		size_t plain = strcspn(path, "{");

		text = say("%s%.*s%s", text, (int)plain, path, path[plain] ? "{}" : "");
		path += plain;
		path += *path ? strcspn(path, "}") + 1 : 0;
	}
	return text;
}

/* Does a path of a request, without its query, fit a template? "{path}" takes all that follows. */
static bool path_fits(const char *path, const char *template)
{
	while (*path && *template) {
		if (strcmp(template, "{path}") == 0)
			return true;
		if (*template == '{') {
			size_t len = strcspn(path, "/");
			if (!len)
				return false;
			path += len;
			template = strchr(template, '}') + 1;
		} else if (*path++ != *template ++) {
			return false;
		}
	}
	return *path == *template;
}

static json_t *operation_of(const char *method, const char *path)
{
	const char *bare = say("%.*s", (int)strcspn(path, "?"), path), *template;
	char verb[16];
	json_t *operations;

	snprintf(verb, sizeof verb, "%s", strcmp(method, "HEAD") == 0 ? "GET" : method);
	for (char *c = verb; *c; c++)
		*c = (char)(*c | 32);
	json_object_foreach (json_object_get(document, "paths"), template, operations)
		if (path_fits(bare, template))
			return json_object_get(operations, verb);
	return NULL;
}

static const char *check_sent(const json_t *operation, const char *body, size_t len)
{
	json_t *content = at(operation, "requestBody/content");
	json_t *schema = json_object_get(json_object_get(content, "application/json"), "schema");
	json_t *sent = body ? json_loadb(body, len, 0, NULL) : NULL;
	const char *wrong = NULL;

	if (schema && sent)
		wrong = fits(sent, schema, "what was sent and taken");
	json_decref(sent);
	return wrong;
}

const char *describe_check(const char *method, const char *path, const char *body, size_t body_len,
                           const struct answer *answer)
{
	const json_t *operation = operation_of(method, path);
	json_t *responses = json_object_get(operation, "responses");

	if (!operation)
		return NULL;
	json_t *response = json_object_get(responses, say("%ld", answer->status));
	if (!response && answer->status >= 400)
		response = json_object_get(responses, "default");
	if (!response)
		return say("status %ld is not described", answer->status);
	const json_t *content = json_object_get(follow(response), "content");
	if (!content)
		return answer->len ? say("a body is not described") : NULL;
	const json_t *medium = json_object_get(content, answer->type);
	if (!medium)
		return say("content type %s is not described", answer->type);
	const json_t *schema = json_object_get(medium, "schema");
	if (schema && answer->len) {
		const char *wrong = answer->body ? fits(answer->body, schema, "") : "it is no JSON";
		if (wrong)
			return wrong;
	}
	return answer->status < 300 ? check_sent(operation, body, body_len) : NULL;
}
