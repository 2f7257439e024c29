// The one place where Beast's non-template code is compiled (BOOST_BEAST_SEPARATE_COMPILATION, cmake/options.cmake).
#include <boost/beast/src.hpp>
