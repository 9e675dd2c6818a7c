export default widget("quiz", (view) => {
  const questions = view.get("questions"),
    letters = () => view.get("letters");
  const rightOne = (question) => letters()[question.key] === question.correct;
  const answered = () => questions.filter((question) => letters()[question.key]).length;
  const score = () => questions.filter(rightOne).length;

  view.hint("Choose an option: what is wrong with a wrong one is said at once, and you may choose again. By keys: arrows move, Space or Enter chooses.");
  const steps = questions.map((_, i) => [i, String(i + 1)]);
  const walk = view.choice("current", "Question", steps);
  if (questions.length > 1) view.add(view.controls(walk));
  view.watch("letters", "current");

  const pages = questions.map((question, i) =>
    choices(view, {
      name: `q${i}`,
      prompt: questions.length > 1 ? `\`${question.key}\` · ${question.prompt}` : question.prompt, // answers go by key
      options: question.options.map(({ letter, text }) => `${letter} · ${text}`), // the notebook asks for the letter
      choose: (k) => view.set({ letters: { ...letters(), [question.key]: question.options[k].letter } }),
    }),
  );
  view.add(h("div", {}, ...pages.map((page) => page.element)));
  const next = view.button(
    "Next question",
    () => view.set({ current: Math.min(view.get("current") + 1, questions.length - 1) }),
    { primary: true },
  );
  const buttons = view.controls(next);

  function draw() {
    questions.forEach((question, i) => {
      const chosen = question.options.findIndex((option) => option.letter === letters()[question.key]);
      const verdicts = question.options.map((option, k) =>
        k === chosen ? { right: option.letter === question.correct, text: option.why } : null,
      );
      pages[i].element.hidden = i !== view.get("current");
      pages[i].show(chosen, verdicts);
    });
    walk.querySelectorAll("label").forEach((label, i) => {
      const letter = letters()[questions[i].key];
      label.dataset.mark = !letter ? "open" : rightOne(questions[i]) ? "right" : "wrong";
      label
        .querySelector("input")
        .setAttribute(
          "aria-label",
          `Question ${i + 1}, ${{ open: "open", right: "right", wrong: "not right yet" }[label.dataset.mark]}`,
        );
    });
    buttons.hidden = view.get("current") === questions.length - 1;
    const here = questions[view.get("current")],
      option = here.options.find(({ letter }) => letter === letters()[here.key]);
    const note = option ? `${rightOne(here) ? "Right." : "Not so."} ${plain(option.why)} ` : "";
    view.say(
      answered() === 0
        ? `${questions.length} question${questions.length > 1 ? "s" : ""} to go.`
        : `${score()} of ${questions.length} right.`,
      note,
    );
  }

  return { draw, numbers: () => ({ answered: answered(), right: score() }) };
});
