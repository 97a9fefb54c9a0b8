// Something that a button opens and closes: the filters on a phone, the tail of a long list.
export const drawer = () => ({
  open: false,
  toggle() {
    this.open = !this.open;
  },
});
