import { JsonInput, NumberInput, Select, Stack, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Field } from './fields.js';

type Props = { fields: Field[]; values: Record<string, unknown>; errors: Record<string, string>; set: (name: string, value: unknown) => void; known?: Record<string, { value: string; label: string }[]> };

/** Inputs for the fields of a schema. `known` has what can be picked for a field that holds an id. */
export function SchemaFields({ fields, values, errors, set, known = {} }: Props): ReactNode {
  return (
    <Stack gap="sm">
      {fields.map((field) => (
        <OneField key={field.name} field={field} value={values[field.name]} error={errors[field.name]} set={(value) => set(field.name, value)} known={known[field.name]} />
      ))}
    </Stack>
  );
}

type One = { field: Field; value: unknown; error?: string; set: (value: unknown) => void; known?: { value: string; label: string }[] };

function OneField({ field, value, error, set, known }: One): ReactNode {
  const { label, description, required, fallback } = field;
  const common = { label, description, required, error };
  const hint = fallback === undefined || typeof fallback === 'object' ? undefined : String(fallback);
  const words = typeof value === 'string' ? value : '';
  if (known) return <Select {...common} data={known} value={words || null} onChange={set} searchable clearable clearButtonProps={{ 'aria-label': `No ${label}` }} />;
  switch (field.kind) {
    case 'choice':
      return <Select {...common} data={field.options} value={words || hint || null} onChange={set} />;
    case 'number':
      return <NumberInput {...common} min={field.min} max={field.max} allowDecimal={!field.whole} placeholder={hint} value={typeof value === 'number' ? value : ''} onChange={(given) => set(typeof given === 'number' ? given : undefined)} />;
    case 'yes':
      return <Switch label={label} description={description} error={error} checked={typeof value === 'boolean' ? value : fallback === true} onChange={(event) => set(event.currentTarget.checked)} />;
    case 'list':
      return <TagsInput {...common} value={Array.isArray(value) ? (value as string[]) : []} onChange={set} placeholder="Enter after each" />;
    case 'text':
      return <Textarea {...common} autosize minRows={required ? 3 : 1} maxRows={14} placeholder={hint} value={words} onChange={(event) => set(event.currentTarget.value)} />;
    case 'line':
      return <TextInput {...common} placeholder={hint} value={words} onChange={(event) => set(event.currentTarget.value)} />;
    default:
      return <JsonInput {...common} autosize minRows={2} maxRows={14} formatOnBlur validationError="This is no JSON" value={words} onChange={set} placeholder="JSON" />;
  }
}
