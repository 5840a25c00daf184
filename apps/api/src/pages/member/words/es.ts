import type { Words } from './words.ts'

export const es: Words = {
  language: 'es',
  title: 'Tu plaza en la beta de {app}',
  views: {
    address_missing: {
      state: 'Falta una cosa: la dirección de correo de tu cuenta de Apple.',
      steps: [
        'En tu iPhone o iPad, abre Ajustes y toca tu nombre: la dirección aparece debajo.',
        'Escribe esa dirección aquí abajo. Puede ser distinta de la que usaste al apuntarte.',
      ],
    },
    on_the_way: {
      state: 'Tu cambio está de camino a Apple.',
      steps: ['Ahora no tienes que hacer nada. Vuelve a mirar dentro de unos minutos.'],
    },
    waiting: {
      state: 'La beta está completa en este momento.',
      steps: ['Estás en la cola y entrarás automáticamente en cuanto quede una plaza libre.'],
    },
    not_invited: {
      state: 'Estás en la lista. Todavía no hay ninguna versión que probar.',
      steps: ['Apple te enviará una invitación en cuanto la haya.'],
    },
    invited: {
      state: 'Apple te ha enviado una invitación.',
      steps: [
        'En tu iPhone o iPad, instala TestFlight desde el App Store.',
        'Comprueba que has iniciado sesión con la cuenta de Apple {address}.',
        'Abre en ese dispositivo el correo de TestFlight y toca «Ver en TestFlight». Si no lo encuentras, mira en el correo no deseado.',
      ],
    },
    accepted: {
      state: 'Has aceptado la invitación.',
      steps: ['Abre TestFlight en tu iPhone o iPad con la cuenta de Apple {address} y toca «Instalar» junto a {app}.'],
    },
    installed: {
      state: 'Ya estás dentro: {app} está instalada.',
      steps: ['Las versiones nuevas llegan por TestFlight. Allí también puedes enviar comentarios.'],
    },
    stopped: {
      state: 'Has dejado de probar {app}.',
      steps: ['Pide otra vez la invitación si quieres volver.'],
    },
    reclaimed: {
      state: 'Tu plaza en la beta de {app} se ha liberado porque no se usaba.',
      steps: [
        '¿Quieres volver a participar? Pide la invitación aquí abajo: tendrás una plaza en cuanto quede una libre.',
      ],
    },
    failed: {
      state: 'Apple no ha podido invitarte con esta dirección.',
      steps: ['Comprueba la dirección de tu cuenta de Apple y escríbela otra vez aquí abajo.'],
    },
    left: { state: 'Ya no estás en esta beta.', steps: ['Para volver, habla con la persona que te invitó.'] },
  },
  address: 'Dirección de correo de tu cuenta de Apple',
  addressHint: 'Por ejemplo, nombre@icloud.com',
  addressKnown: 'Tenemos {address}.',
  save: 'Guardar la dirección',
  inviteAgain: 'Enviarme otra vez la invitación',
  leave: 'Salir de la beta',
  leaveQuestion: '¿Seguro que quieres salir? Perderás el acceso a las versiones de prueba de {app}.',
  leaveYes: 'Sí, salir',
  leaveNo: 'No, quedarme',
  done: {
    address: 'Guardada. Apple enviará la invitación a esta dirección en unos minutos.',
    same: 'Esta es la dirección que ya tenemos.',
    invitation: 'Pedida. El correo llegará en unos minutos.',
    left: 'Has salido de la beta.',
  },
  problems: {
    address: 'Esto no es una dirección de correo. Escribe una como nombre@icloud.com.',
    too_often: 'Lo has pedido demasiadas veces. Inténtalo más tarde.',
    failed: 'No ha funcionado. Inténtalo de nuevo dentro de un momento.',
  },
  voidTitle: 'Este enlace ya no es válido',
  voidText: 'Pide uno nuevo a la persona que te lo envió.',
}
