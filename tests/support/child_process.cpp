#include "support/child_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

extern char** environ;

namespace telltale::support {

ChildProcess::ChildProcess(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "pipe2");
  }
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  std::vector<char*> words;
  for (const std::string& argument : arguments) {
    words.push_back(const_cast<char*>(argument.c_str()));
  }
  words.push_back(nullptr);
  const int error = posix_spawn(&pid_, words.front(), &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  pipe_ = ends[0];
  if (error != 0) {
    close(pipe_);
    throw std::system_error(error, std::generic_category(), arguments.front());
  }
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(pipe_);
}

bool ChildProcess::read_more() {
  std::array<char, 4096> buffer{};
  ssize_t count = 0;
  do {
    count = read(pipe_, buffer.data(), buffer.size());
  } while (count < 0 && errno == EINTR);
  if (count <= 0) {
    return false;
  }
  output_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

std::string ChildProcess::read_line_with(std::string_view text) {
  while (true) {
    for (auto end = output_.find('\n', line_start_); end != std::string::npos;
         end = output_.find('\n', line_start_)) {
      std::string line = output_.substr(line_start_, end - line_start_);
      line_start_ = end + 1;
      if (line.find(text) != std::string::npos) {
        return line;
      }
    }
    if (!read_more()) {
      throw std::runtime_error("the program ended its output without '" + std::string(text) +
                               "':\n" + output_);
    }
  }
}

void ChildProcess::send_signal(int signal) const {
  kill(pid_, signal);
}

int ChildProcess::wait() {
  while (read_more()) {
  }
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

Finished run_program(const std::vector<std::string>& arguments) {
  ChildProcess child(arguments);
  const int exit_code = child.wait();
  return {exit_code, child.output()};
}

}  // namespace telltale::support
