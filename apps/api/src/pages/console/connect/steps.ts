import { html, type Html } from '../../html.ts'

const STEPS = ['Team key', 'App', 'Group', 'Rules', 'Done'] as const

export function steps(current: (typeof STEPS)[number]): Html {
  return html`<ol class="steps" aria-label="Steps">
    ${STEPS.map((step, at) => html`<li${step === current ? html` aria-current="step"` : null}>${at + 1}. ${step}</li>`)}
  </ol>`
}
