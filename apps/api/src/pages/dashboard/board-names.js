// Bull Board's buttons have pictures and no names, and its pages no heading: whoever hears them is told nothing. Runs in the browser.
const NAMES = {
  'lucide-maximize': 'Full screen',
  'lucide-minimize': 'End full screen',
  'lucide-settings': 'Settings',
  'lucide-circle-user': 'More pages',
  'lucide-ellipsis-vertical': 'More actions',
  'lucide-files': 'Duplicate',
  'lucide-refresh-cw': 'Retry',
  'lucide-rotate-cw': 'Retry',
  'lucide-arrow-up-circle': 'Promote',
  'lucide-circle-arrow-up': 'Promote',
  'lucide-trash-2': 'Clean',
  'lucide-trash2': 'Clean',
  'lucide-copy': 'Copy',
  'lucide-pause': 'Pause',
  'lucide-play': 'Resume',
  'lucide-plus': 'Add',
  'lucide-x': 'Close',
  'lucide-menu': 'Menu',
  'lucide-chevron-left': 'Previous page',
  'lucide-chevron-right': 'Next page',
  'lucide-chevron-up': 'Fold',
  'lucide-chevron-down': 'Unfold',
}

function nameOf(button) {
  const classes = [...(button.querySelector('svg')?.classList ?? [])]
  return classes.map((one) => NAMES[one]).find(Boolean) ?? 'Button'
}

function tell() {
  for (const button of document.querySelectorAll('button:not([aria-label])'))
    if (button.textContent.trim() === '' && !button.title) button.setAttribute('aria-label', nameOf(button))
  // The name of the product stands beside its picture.
  for (const picture of document.querySelectorAll('a img[alt]:not([alt=""])')) picture.alt = ''
  // One heading of the first rank, and none that is skipped below it.
  const main = document.querySelector('main')
  if (main && !document.querySelector('h1, [role=heading][aria-level="1"]')) {
    const heading = document.createElement('h1')
    heading.className = 'board-heading'
    heading.textContent = 'Queues'
    main.prepend(heading)
  }
  for (const heading of document.querySelectorAll('main h5')) heading.setAttribute('aria-level', '2')
}

let isAsked = false
new MutationObserver(() => {
  if (isAsked) return
  isAsked = true
  requestAnimationFrame(() => {
    isAsked = false
    tell()
  })
}).observe(document.documentElement, { childList: true, subtree: true })
