import { Component, type ComponentChildren, createRef, type JSX } from "preact";
import { keyWords } from "../keys.ts";
import type { PendingOperation } from "../page-state.ts";
import type { PageControl } from "../page.ts";

/** What is open over the page. */
export function Dialogs({ control }: { readonly control: PageControl }): JSX.Element | null {
  const { dialog } = control.page;
  if (dialog === undefined) return null;
  const close = (): void => control.show({ dialog: undefined });
  return (
    <Modal onClose={close}>
      {dialog.kind === "help" ? (
        <Help close={close} />
      ) : (
        <Operation control={control} operation={dialog.operation} close={close} />
      )}
    </Modal>
  );
}

interface ModalProperties {
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

class Modal extends Component<ModalProperties> {
  readonly element = createRef<HTMLDialogElement>();

  override componentDidMount(): void {
    this.element.current?.showModal();
  }

  override render({ onClose, children }: ModalProperties): JSX.Element {
    return (
      <dialog ref={this.element} onClose={onClose}>
        {children}
      </dialog>
    );
  }
}

function Help({ close }: { readonly close: () => void }): JSX.Element {
  return (
    <>
      <h2>Keys</h2>
      <dl class="keys">
        {keyWords.map(([key, does]) => (
          <>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </>
        ))}
      </dl>
      <div class="choices">
        <button class="strong" onClick={close}>
          Close
        </button>
      </div>
    </>
  );
}

const consequences = {
  failback: "The next call tries the next better credential, whatever its cooldown. If it fails, all stays as it is.",
  reset: "The first enabled credential serves from now on. All cooldowns and counts of failed failbacks are forgotten.",
  disable: "No call uses it until it is enabled again. If it serves now, the next one below takes over at once.",
  enable: "Calls may use it again, and its cooldown is forgotten.",
} as const;

const titles = { failback: "Fail back now", reset: "Reset", disable: "Disable", enable: "Enable" } as const;

interface OperationProperties {
  readonly control: PageControl;
  readonly operation: PendingOperation;
  readonly close: () => void;
}

function Operation({ control, operation, close }: OperationProperties): JSX.Element {
  const { verb, model, credential, fault, wantsKey = false } = operation;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const key = new FormData(event.currentTarget).get("key");
        void control.carryOut(operation, typeof key === "string" ? key : undefined);
      }}
    >
      <h2>
        {titles[verb]}: {credential === undefined ? model : `${credential} of ${model}`}
      </h2>
      <p>{consequences[verb]}</p>
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {wantsKey && <input name="key" type="password" autocomplete="off" required autofocus aria-label="Admin key" />}
      <div class="choices">
        <button type="button" class="quiet" onClick={close}>
          Cancel
        </button>
        <button class="strong" id="confirm">
          {titles[verb]}
        </button>
      </div>
    </form>
  );
}
