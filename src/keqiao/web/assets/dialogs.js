// Native dialogs: <button data-opens="id"> opens one, [data-closes] inside or a click beside it closes it.
const beside = (dialog, event) => {
  const box = dialog.getBoundingClientRect();
  const { clientX: x, clientY: y } = event;
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
};

export const startDialogs = () => {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      document.getElementById(opener.dataset.opens)?.showModal();
      return;
    }
    const dialog = event.target.closest("dialog");
    if (!dialog) return;
    if (event.target.closest("[data-closes]")) dialog.close();
    else if (event.target === dialog && event.detail > 0 && beside(dialog, event)) dialog.close();
  });
};
