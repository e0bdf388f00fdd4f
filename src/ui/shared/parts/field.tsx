import type { ComponentChildren, JSX } from 'preact';

interface FieldProps {
  readonly id: string;
  readonly name: string;
  readonly hint?: string | undefined;
  /** What is wrong with it; stands at the field and is read out with it. */
  readonly mistake?: string | undefined;
  readonly children: ComponentChildren;
}

export function Field({ id, name, hint, mistake, children }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>{name}</label>
      {hint !== undefined && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {children}
      <Mistake id={id} sentence={mistake} />
    </div>
  );
}

export function Mistake({ id, sentence }: { readonly id: string; readonly sentence: string | undefined }) {
  if (sentence === undefined) return null;
  return (
    <span class="mistake" id={`${id}-mistake`}>
      {sentence}
    </span>
  );
}

/** What ties an input to its hint and its mistake. */
export function tied({ id, hint, mistake }: Pick<FieldProps, 'id' | 'hint' | 'mistake'>) {
  const described = [
    ...(hint === undefined ? [] : [`${id}-hint`]),
    ...(mistake === undefined ? [] : [`${id}-mistake`]),
  ];
  return {
    id,
    class: 'input',
    'aria-invalid': mistake !== undefined,
    ...(described.length === 0 ? {} : { 'aria-describedby': described.join(' ') }),
  } as const;
}

interface TextFieldProps extends Omit<FieldProps, 'children'> {
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly input?: JSX.IntrinsicElements['input'];
}

export function TextField({ value, onValue, input, ...field }: TextFieldProps) {
  return (
    <Field {...field}>
      <input
        {...input}
        {...tied(field)}
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </Field>
  );
}

interface LongTextFieldProps extends Omit<FieldProps, 'children'> {
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly mostCharacters: number;
}

export function LongTextField({ value, onValue, mostCharacters, ...field }: LongTextFieldProps) {
  return (
    <Field {...field}>
      <textarea
        {...tied(field)}
        value={value}
        maxLength={mostCharacters}
        rows={3}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      <span class="hint number" aria-hidden="true">
        {value.length} of {mostCharacters} characters
      </span>
    </Field>
  );
}

interface NumberFieldProps extends TextFieldProps {
  readonly unit: string;
}

/** The text is kept as it was typed: half a number must not become another one. */
export function NumberField({ value, onValue, unit, input, ...field }: NumberFieldProps) {
  return (
    <Field {...field}>
      <span class="with-unit">
        <input
          inputMode="decimal"
          autoComplete="off"
          {...input}
          {...tied(field)}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
        <span class="muted">{unit}</span>
      </span>
    </Field>
  );
}

interface FilterFieldProps extends Pick<FieldProps, 'id' | 'name'> {
  /** Empty: nothing is left out. */
  readonly value: string;
  readonly words: Readonly<Record<string, { readonly name: string }>>;
  readonly nothingLeftOut?: string;
  readonly onValue: (value: string) => void;
}

/** Which rows of a list are shown. */
export function FilterField({ id, name, value, words, nothingLeftOut = 'all', onValue }: FilterFieldProps) {
  return (
    <Field id={id} name={name}>
      <select id={id} class="input" value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        <option value="">{nothingLeftOut}</option>
        {Object.entries(words).map(([key, word]) => (
          <option key={key} value={key}>
            {word.name}
          </option>
        ))}
      </select>
    </Field>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly title: string;
  readonly children?: ComponentChildren;
}

export function Choice({ name, isChosen, onChoose, title, children }: ChoiceProps) {
  return (
    <label class="choice">
      <input type="radio" name={name} checked={isChosen} onChange={onChoose} />
      <span>
        <strong>{title}</strong>
        {children}
      </span>
    </label>
  );
}
