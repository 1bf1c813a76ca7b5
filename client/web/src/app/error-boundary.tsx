import { Component, type ReactNode } from "react";

interface Props {
  /** What stands there instead of what failed; `retry` shows it again. */
  renderFallback(retry: () => void): ReactNode;
  /** Another page starts afresh. */
  readonly resetKey: string;
  readonly children: ReactNode;
}

interface State {
  readonly failedAt: string | null;
}

/** Keeps a mistake in one page from taking the shell with it: the sync bar and the other pages stay. SPEC AP-2. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failedAt: null };

  static getDerivedStateFromError(): Partial<State> {
    return { failedAt: "" };
  }

  override componentDidUpdate(before: Props) {
    if (before.resetKey !== this.props.resetKey && this.state.failedAt !== null)
      this.setState({ failedAt: null });
  }

  override render() {
    const { renderFallback, children } = this.props;
    if (this.state.failedAt === null) return children;
    return renderFallback(() => this.setState({ failedAt: null }));
  }
}
